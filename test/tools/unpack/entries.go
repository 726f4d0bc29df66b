package main

import (
	"archive/tar"
	"fmt"
	"slices"
)

// What an entry says.
type entry struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Mode  string `json:"mode"`
	Uid   int    `json:"uid"`
	Gid   int    `json:"gid"`
	Mtime string `json:"mtime"`
	// The PAX records' keys.
	Records []string `json:"records"`
}

// The entries of an archive that the differences are about, by the paths that these have below a directory.
func entriesOf(archive, below string, of []difference) (map[string][]entry, error) {
	found := map[string][]entry{}
	for _, each := range of {
		found[each.Path] = []entry{}
	}
	err := walk(archive, func(header *tar.Header) {
		name := text(nameBelow(header, below))
		if entries, wanted := found[name]; wanted {
			found[name] = append(entries, describeEntry(header))
		}
	})
	return found, err
}

func describeEntry(header *tar.Header) entry {
	records := []string{}
	for key := range header.PAXRecords {
		records = append(records, text(key))
	}
	slices.Sort(records)
	return entry{
		Name:    text(header.Name),
		Type:    string(rune(header.Typeflag)),
		Mode:    fmt.Sprintf("%o", header.Mode),
		Uid:     header.Uid,
		Gid:     header.Gid,
		Mtime:   fmt.Sprintf("%d+%09d", header.ModTime.Unix(), header.ModTime.Nanosecond()),
		Records: records,
	}
}
