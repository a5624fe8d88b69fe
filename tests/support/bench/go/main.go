// SPDX-License-Identifier: LGPL-2.1-or-later

// The same as bench-store, with the Go library: create and delete a container again and again in one process, and print
// the medians in one line:
//
//	create_wall_us create_cpu_us create_bytes delete_wall_us delete_cpu_us delete_bytes
//
//	bench-go GRAPHROOT RUNROOT stable|volatile|transient ROUNDS
package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.podman.io/storage"
	"go.podman.io/storage/pkg/reexec"
	"golang.org/x/sys/unix"
)

const (
	image    = "localhost/base:latest"
	metadata = `{"image-name":"localhost/base:latest","image-id":"5f3b0ec0","name":"a","created-at":1700000000,"mountlabel":""}`
)

// Wall and processor time in microseconds, bytes handed to write(2).
type cost [3]int64

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-go:", err)
		os.Exit(1)
	}
	return value
}

func cpuTime() int64 {
	var t unix.Timespec
	must(0, unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t))
	return t.Nano() / 1000
}

func bytesWritten() int64 {
	for line := range strings.Lines(string(must(os.ReadFile("/proc/self/io")))) {
		if number, found := strings.CutPrefix(line, "wchar: "); found {
			return must(strconv.ParseInt(strings.TrimSpace(number), 10, 64))
		}
	}
	return 0
}

func measure(what func()) cost {
	bytes, cpu, wall := bytesWritten(), cpuTime(), time.Now()
	what()
	return cost{time.Since(wall).Microseconds(), cpuTime() - cpu, bytesWritten() - bytes}
}

func printMedians(costs []cost, end string) {
	for i := range 3 {
		slices.SortFunc(costs, func(a, b cost) int { return int(a[i] - b[i]) })
		fmt.Print(costs[len(costs)/2][i], []string{" ", " ", end}[i])
	}
}

func main() {
	if reexec.Init() {
		return
	}
	mode, rounds := os.Args[3], must(strconv.Atoi(os.Args[4]))
	store := must(storage.GetStore(storage.StoreOptions{
		GraphRoot: os.Args[1], RunRoot: os.Args[2], GraphDriverName: "overlay", TransientStore: mode == "transient",
	}))
	base := must(store.Image(image))

	creates, deletes := make([]cost, rounds), make([]cost, rounds)
	for i := range rounds {
		var container *storage.Container
		creates[i] = measure(func() {
			container = must(store.CreateContainer("", nil, base.ID, "", metadata, &storage.ContainerOptions{Volatile: mode == "volatile"}))
		})
		deletes[i] = measure(func() { must(0, store.DeleteContainer(container.ID)) })
	}
	printMedians(creates, " ")
	printMedians(deletes, "\n")
}
