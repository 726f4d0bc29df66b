// Unpack answers what becomes of a droplet and of its layer, when GNU tar, containerd and umoci unpack them. It reads
// requests from its input and writes an answer to each, in order, one JSON text a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	apex "github.com/apex/log"
	"github.com/apex/log/handlers/discard"
	"github.com/containerd/log"
)

// A request names two files, and a directory that is not there yet and is not there any more when the answer comes.
type request struct {
	Droplet string `json:"droplet"`
	Layer   string `json:"layer"`
	Scratch string `json:"scratch"`
}

// An answer tells everything in which the trees differ. Names and values have one character a byte.
type answer struct {
	// What an unpacker said that did not do all that was asked of it, by its name; "droplet" is GNU tar on the droplet.
	Failures map[string]string `json:"failures"`
	// Where among the entries of the droplet its root stands, as Go reads it.
	Roots       []int        `json:"roots"`
	Differences []difference `json:"differences"`
	// Directories that whoever unpacks the layer has to make before an entry names them, if ever one does.
	Made []string `json:"made"`
	// Directories that have more than one spelling in the names of the droplet.
	Respelled []string `json:"respelled"`
	// What the entries of both archives say of each path that has differences, as Go reads them.
	Droplet map[string][]entry `json:"droplet"`
	Layer   map[string][]entry `json:"layer"`
}

func main() {
	// Directories that no entry names get their mode from it.
	syscall.Umask(0o022)
	apex.SetHandler(discard.New())
	_ = log.SetLevel("panic")
	input := json.NewDecoder(bufio.NewReader(os.Stdin))
	output := json.NewEncoder(os.Stdout)
	for {
		var asked request
		err := input.Decode(&asked)
		if err == io.EOF {
			return
		}
		var found *answer
		if err == nil {
			found, err = compare(asked)
		}
		if err == nil {
			err = output.Encode(found)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func compare(asked request) (*answer, error) {
	defer os.RemoveAll(asked.Scratch)
	failures, err := unpackAll(asked)
	if err != nil {
		return nil, err
	}
	droplet, err := list(filepath.Join(asked.Scratch, "droplet"))
	if err != nil {
		return nil, err
	}
	found := &answer{Failures: failures, Differences: []difference{}}
	for _, client := range clients {
		unpacked, err := list(filepath.Join(asked.Scratch, client.name))
		if err != nil {
			return nil, err
		}
		found.Differences = append(found.Differences, differences(client.name, droplet, unpacked)...)
	}
	if found.Roots, err = roots(asked.Droplet); err != nil {
		return nil, err
	}
	if found.Made, err = made(asked.Layer, place); err != nil {
		return nil, err
	}
	if found.Respelled, err = respelled(asked.Droplet); err != nil {
		return nil, err
	}
	if found.Droplet, err = entriesOf(asked.Droplet, "", found.Differences); err != nil {
		return nil, err
	}
	found.Layer, err = entriesOf(asked.Layer, place, found.Differences)
	return found, err
}
