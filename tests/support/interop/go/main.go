// SPDX-License-Identifier: LGPL-2.1-or-later

// Answers, a line for each line of standard input, how the Go library reads record files, stores and configurations:
//
//	records KIND HEX                the records of a file with these bytes; KIND is layers, images, containers or mounts
//	store GRAPHROOT RUNROOT MODE    what a store of the vfs driver lists once it is opened, and each of its record files;
//	                                MODE is transient or normal
//	config ROOT HEX...              the settings of storage.conf below ROOT; HEX is NAME=VALUE of the environment
//
// An answer is "ok" or "error", then a tab before each item. Bytes of an item that are not printable are escaped.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	jsoniter "github.com/json-iterator/go"
	digest "github.com/opencontainers/go-digest"
	"github.com/sirupsen/logrus"
	"go.podman.io/storage"
	"go.podman.io/storage/pkg/reexec"
	"go.podman.io/storage/types"
)

// A line holds a record file of the size of those that tests make, in hexadecimal digits.
const lineMax = 64 << 20

// One element of mountpoints.json, whose type the library does not export.
type mountPoint struct {
	ID         string `json:"id"`
	MountPoint string `json:"path"`
	MountCount int    `json:"count"`
}

// The record files of a store whose driver is vfs: kind, root, path.
var recordFiles = [][3]string{
	{"layers", "g", "vfs-layers/layers.json"},
	{"layers", "g", "vfs-layers/volatile-layers.json"},
	{"layers", "r", "vfs-layers/volatile-layers.json"},
	{"images", "g", "vfs-images/images.json"},
	{"containers", "g", "vfs-containers/containers.json"},
	{"containers", "g", "vfs-containers/volatile-containers.json"},
	{"containers", "r", "vfs-containers/volatile-containers.json"},
	{"mounts", "r", "vfs-layers/mountpoints.json"},
}

func escape(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c > ' ' && c < 0x7f && !strings.ContainsRune(`\,|`, rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}

func list(texts []string) string {
	escaped := make([]string, len(texts))
	for i, text := range texts {
		escaped[i] = escape(text)
	}
	return strings.Join(escaped, ",")
}

// Fields of one item.
func item(fields ...any) string {
	texts := make([]string, len(fields))
	for i, field := range fields {
		switch field := field.(type) {
		case string:
			texts[i] = escape(field)
		case []string:
			texts[i] = list(field)
		default:
			texts[i] = fmt.Sprint(field)
		}
	}
	return strings.Join(texts, "|")
}

// What the library does with the bytes of a record file; an empty file has no records.
func decode[T any](data []byte, show func(*T) string) ([]string, error) {
	var items []string
	records := []*T{}
	if len(data) != 0 {
		if err := jsoniter.ConfigCompatibleWithStandardLibrary.Unmarshal(data, &records); err != nil {
			return nil, err
		}
	}
	for _, record := range records {
		items = append(items, show(record)) // the library, too, panics if an element is null
	}
	return items, nil
}

func showLayer(l *storage.Layer) string {
	incomplete, _ := l.Flags["incomplete"].(bool)
	return item("layer", l.ID, l.Parent, l.Names, string(l.CompressedDigest), string(l.UncompressedDigest),
		string(l.TOCDigest), l.CompressedSize, l.UncompressedSize, l.BigDataNames, incomplete)
}

func showImage(i *storage.Image) string {
	return item("image", i.ID, i.TopLayer, i.Names, i.MappedTopLayers, i.BigDataNames)
}

func showContainer(c *storage.Container) string {
	return item("container", c.ID, c.LayerID, c.Names, c.ImageID, c.BigDataNames)
}

func showMount(m *mountPoint) string { return item("mount", m.ID, m.MountPoint, m.MountCount) }

func decodeImages(data []byte) ([]string, error) {
	items, err := decode(data, showImage)
	if err != nil {
		return nil, err
	}
	// Loading the file also fails if a digest is not valid.
	_, err = decode(data, func(i *storage.Image) string {
		digests := []string{}
		if i.Digest != "" {
			digests = append(digests, string(i.Digest))
		}
		for name, d := range i.BigDataDigests {
			if strings.HasPrefix(name, storage.ImageDigestManifestBigDataNamePrefix) {
				digests = append(digests, string(d))
			}
		}
		for _, text := range digests {
			if err := digest.Digest(text).Validate(); err != nil {
				panic(err)
			}
		}
		return ""
	})
	return items, err
}

func decodeRecords(kind string, data []byte) ([]string, error) {
	switch kind {
	case "layers":
		return decode(data, showLayer)
	case "images":
		return decodeImages(data)
	case "containers":
		return decode(data, showContainer)
	case "mounts":
		// Its elements are no pointers: null is an empty one.
		mounts := []mountPoint{}
		if len(data) != 0 {
			if err := jsoniter.ConfigCompatibleWithStandardLibrary.Unmarshal(data, &mounts); err != nil {
				return nil, err
			}
		}
		var items []string
		for i := range mounts {
			items = append(items, showMount(&mounts[i]))
		}
		return items, nil
	}
	return nil, fmt.Errorf("no such kind: %s", kind)
}

func records(args []string) ([]string, error) {
	data, err := hex.DecodeString(args[1])
	if err != nil {
		return nil, err
	}
	return decodeRecords(args[0], data)
}

// recovered CALL is the call, with an error for a panic.
func recovered(call func() ([]string, error)) (items []string, err error) {
	defer func() {
		if p := recover(); p != nil {
			items, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	return call()
}

// Each record file by itself: "file PATH ok|error", then its records.
func decodeFiles(graphroot, runroot string) []string {
	var items []string
	for _, file := range recordFiles {
		path := filepath.Join(map[string]string{"g": graphroot, "r": runroot}[file[1]], file[2])
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		records, err := recovered(func() ([]string, error) { return decodeRecords(file[0], data) })
		if err != nil {
			items = append(items, item("file", file[1]+"/"+file[2], "error", err.Error()))
		} else {
			items = append(append(items, item("file", file[1]+"/"+file[2], "ok", len(records))), records...)
		}
	}
	return items
}

func listStore(store storage.Store) ([]string, error) {
	var items []string
	layers, err := store.Layers()
	if err != nil {
		return nil, err
	}
	images, err := store.Images()
	if err != nil {
		return nil, err
	}
	containers, err := store.Containers()
	if err != nil {
		return nil, err
	}
	for i := range layers {
		items = append(items, showLayer(&layers[i]))
	}
	for i := range images {
		items = append(items, showImage(&images[i]))
	}
	for i := range containers {
		items = append(items, showContainer(&containers[i]))
	}
	return items, nil
}

func openStore(graphroot, runroot string, transient bool) ([]string, error) {
	store, err := storage.GetStore(storage.StoreOptions{
		GraphRoot: graphroot, RunRoot: runroot, GraphDriverName: "vfs", TransientStore: transient,
	})
	if err != nil {
		return nil, err
	}
	defer store.Free()
	return listStore(store)
}

// The store as a whole comes first: "store ok|error", then what it lists.
func store(args []string) ([]string, error) {
	files := decodeFiles(args[0], args[1])
	listed, err := recovered(func() ([]string, error) { return openStore(args[0], args[1], args[2] == "transient") })
	if err != nil {
		return append([]string{item("store", "error", err.Error())}, files...), nil
	}
	return append(append([]string{item("store", "ok", len(listed))}, listed...), files...), nil
}

func setEnvironment(pairs []string) error {
	os.Clearenv()
	for _, pair := range pairs {
		text, err := hex.DecodeString(pair)
		if err != nil {
			return err
		}
		name, value, _ := strings.Cut(string(text), "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

func config(args []string) ([]string, error) {
	if err := setEnvironment(args[1:]); err != nil {
		return nil, err
	}
	o, err := types.LoadStoreOptions(types.LoadOptions{RootForImplicitAbsolutePaths: args[0]})
	if err != nil {
		return nil, err
	}
	return []string{
		item("graphroot", o.GraphRoot), item("runroot", o.RunRoot), item("imagestore", o.ImageStore), item("driver", o.GraphDriverName),
		item("priority", o.GraphDriverPriority), item("transient", o.TransientStore), item("options", o.GraphDriverOptions),
	}, nil
}

func answer(line string) ([]string, error) {
	words := strings.Split(line, " ")
	switch words[0] {
	case "records":
		return records(words[1:])
	case "store":
		return store(words[1:])
	case "config":
		return config(words[1:])
	}
	return nil, fmt.Errorf("no such request: %s", words[0])
}

func main() {
	if reexec.Init() {
		return
	}
	logrus.SetOutput(io.Discard)
	in, out := bufio.NewScanner(os.Stdin), bufio.NewWriter(os.Stdout)
	in.Buffer(nil, lineMax)
	for in.Scan() {
		items, err := recovered(func() ([]string, error) { return answer(in.Text()) })
		if err != nil {
			fmt.Fprintf(out, "error\t%s\n", escape(err.Error()))
		} else {
			fmt.Fprintf(out, "%s\n", strings.Join(append([]string{"ok"}, items...), "\t"))
		}
		out.Flush()
	}
}
