package main

import (
	"archive/tar"
	"os"
	"path"
	"strings"
)

// Where the root stands among the entries that go into the layer: fifos do not, nor what is linked to them.
func roots(archive string) ([]int, error) {
	found := []int{}
	fifos := map[string]bool{}
	at := 0
	err := walk(archive, func(header *tar.Header) {
		name := path.Clean(header.Name)
		switch {
		case header.Typeflag == tar.TypeFifo,
			header.Typeflag == tar.TypeLink && fifos[path.Clean(header.Linkname)]:
			fifos[name] = true
			return
		case name == ".":
			found = append(found, at)
		}
		at++
	})
	return found, err
}

// The directories of an archive that are needed before an entry names them, if ever one does.
func made(archive, below string) ([]string, error) {
	found := []string{}
	known := map[string]bool{".": true}
	err := walk(archive, func(header *tar.Header) {
		name := nameBelow(header, below)
		for end := range len(name) {
			if parent := name[:end]; name[end] == '/' && !known[parent] {
				known[parent] = true
				found = append(found, text(parent))
			}
		}
		known[name] = true
	})
	return found, err
}

// The directories of an archive that have more than one spelling in its names.
func respelled(archive string) ([]string, error) {
	found := []string{}
	spellings := map[string]string{}
	err := walk(archive, func(header *tar.Header) {
		name := strings.TrimRight(header.Name, "/") + "/"
		for end := range len(name) {
			if name[end] != '/' {
				continue
			}
			spelling := strings.TrimRight(name[:end], "/")
			directory := text(path.Clean(spelling))
			if known, is := spellings[directory]; is && known != spelling {
				found = append(found, directory)
			}
			spellings[directory] = spelling
		}
	})
	return found, err
}

func nameBelow(header *tar.Header, below string) string {
	name := path.Clean(header.Name)
	if name == below {
		return "."
	}
	return strings.TrimPrefix(name, below+"/")
}

// Where Go cannot read on, neither can containerd nor umoci, which say so themselves.
func walk(archive string, visit func(header *tar.Header)) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	reader := tar.NewReader(file)
	for {
		header, err := reader.Next()
		if err != nil {
			return nil
		}
		if header.Typeflag != 'V' && header.Typeflag != tar.TypeXGlobalHeader {
			visit(header)
		}
	}
}
