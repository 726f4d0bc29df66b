package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// All that a tree tells of one of its names: fields that one kind of file has and another has not are missing.
type node map[string]string

// Lists a directory, itself included, as ".". Names and values have one character a byte.
func list(directory string) (map[string]node, error) {
	nodes := map[string]node{}
	links := map[uint64][]string{}
	err := filepath.WalkDir(directory, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(directory, path)
		if err != nil {
			return err
		}
		var stat unix.Stat_t
		if err := unix.Lstat(path, &stat); err != nil {
			return err
		}
		if stat.Nlink > 1 && stat.Mode&unix.S_IFMT != unix.S_IFDIR {
			links[stat.Ino] = append(links[stat.Ino], text(name))
		}
		nodes[text(name)], err = describe(path, &stat)
		return err
	})
	for _, names := range links {
		slices.Sort(names)
		for _, name := range names {
			nodes[name]["links"] = fmt.Sprintf("%q", names)
		}
	}
	return nodes, err
}

var types = map[uint32]string{
	unix.S_IFREG: "file", unix.S_IFDIR: "directory", unix.S_IFLNK: "symlink", unix.S_IFIFO: "fifo",
	unix.S_IFCHR: "character device", unix.S_IFBLK: "block device", unix.S_IFSOCK: "socket",
}

func describe(path string, stat *unix.Stat_t) (node, error) {
	found := node{
		"type":  types[stat.Mode&unix.S_IFMT],
		"mode":  fmt.Sprintf("%o", stat.Mode&0o7777),
		"uid":   fmt.Sprint(stat.Uid),
		"gid":   fmt.Sprint(stat.Gid),
		"mtime": fmt.Sprintf("%d+%09d", stat.Mtim.Sec, stat.Mtim.Nsec),
	}
	var err error
	switch found["type"] {
	case "file":
		found["size"] = fmt.Sprint(stat.Size)
		found["sha256"], err = contentHash(path)
	case "symlink":
		var target string
		target, err = os.Readlink(path)
		found["target"] = text(target)
	case "character device", "block device":
		found["device"] = fmt.Sprintf("%d:%d", unix.Major(stat.Rdev), unix.Minor(stat.Rdev))
	}
	return found, errors.Join(err, attributes(path, found))
}

func contentHash(path string) (string, error) {
	content, err := os.ReadFile(path)
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), err
}

func attributes(path string, into node) error {
	names := make([]byte, 65536)
	size, err := unix.Llistxattr(path, names)
	if err != nil || size == 0 {
		return err
	}
	for name := range strings.SplitSeq(string(names[:size-1]), "\x00") {
		value := make([]byte, 65536)
		length, err := unix.Lgetxattr(path, name, value)
		if err != nil {
			return err
		}
		into["xattr "+text(name)] = "0x" + hex.EncodeToString(value[:length])
	}
	return nil
}

// One character a byte: neither names nor values need be UTF-8, and JSON has nothing else.
func text(bytes string) string {
	runes := make([]rune, len(bytes))
	for at := range len(bytes) {
		runes[at] = rune(bytes[at])
	}
	return string(runes)
}
