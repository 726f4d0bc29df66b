package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/containerd/containerd/v2/pkg/archive"
	"github.com/opencontainers/umoci/oci/layer"
)

type unpacker struct {
	name   string
	unpack func(file *os.File, directory string) error
}

// What unpacks layers.
var clients = []unpacker{
	{"tar", withTar},
	{"containerd", withContainerd},
	{"umoci", withUmoci},
}

// Unpacks the droplet, and the layer with each client, into directories of these names, all at the same time.
func unpackAll(asked request) (map[string]string, error) {
	failures := map[string]string{}
	var mutex sync.Mutex
	var group sync.WaitGroup
	start := func(source string, by unpacker) error {
		directory := filepath.Join(asked.Scratch, by.name)
		if err := os.MkdirAll(directory, 0o755); err != nil {
			return err
		}
		file, err := os.Open(source)
		if err != nil {
			return err
		}
		group.Go(func() {
			defer file.Close()
			if err := by.unpack(file, directory); err != nil {
				mutex.Lock()
				defer mutex.Unlock()
				failures[by.name] = text(err.Error())
			}
		})
		return nil
	}
	err := start(asked.Droplet, unpacker{"droplet", withTar})
	for _, client := range clients {
		if err == nil {
			err = start(asked.Layer, client)
		}
	}
	group.Wait()
	return failures, err
}

// What GNU tar says of odd times, of records that mean nothing to it and of contiguous files concerns nobody; all else does.
func withTar(file *os.File, directory string) error {
	command := exec.Command("tar", "--extract", "--numeric-owner", "--same-owner", "--preserve-permissions",
		"--xattrs", "--xattrs-include=*", "--warning=no-timestamp", "--warning=no-unknown-keyword",
		"--warning=no-contiguous-cast",
		"--directory", directory)
	command.Env = append(os.Environ(), "LC_ALL=C", "TAPE=-")
	command.Stdin = file
	said, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s%w", said, err)
	}
	if len(said) > 0 {
		return errors.New(string(said))
	}
	return nil
}

func withContainerd(file *os.File, directory string) error {
	_, err := archive.Apply(context.Background(), directory, file)
	return err
}

func withUmoci(file *os.File, directory string) error {
	return layer.UnpackLayer(directory, file, &layer.UnpackOptions{KeepDirlinks: true})
}
