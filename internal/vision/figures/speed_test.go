package figures

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// BenchmarkSpeed prints how much processor time the whole analysis of a picture of two megapixels takes, and how much
// memory a process has that reads one after another. Processor time is what one idle core would need, whoever else is
// on the machine.
func BenchmarkSpeed(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	files := pictures(b, max(1, int(60**portion)))
	read(b, contents(b, files[0])) // prepares the reader
	debug.FreeOSMemory()
	resetPeak()
	var took []time.Duration
	for _, file := range files {
		picture := contents(b, file)
		before := processorTime(b)
		read(b, picture)
		took = append(took, processorTime(b)-before)
	}
	slices.Sort(took)
	at := func(part float64) time.Duration { return took[int(part*float64(len(took)-1))].Round(time.Millisecond) }
	fmt.Fprintf(os.Stdout, "analysis of 2 MP, one core: median %v, p95 %v, worst %v of %d  (≤ 400 ms, ≤ 800 ms)\n", at(0.5), at(0.95), at(1), len(took))
	fmt.Fprintf(os.Stdout, "peak memory of the process: %s  (≤ 100 MB)\n", peak())
}

// pictures are what is sent: half of them documents with a zone, the rest anything else. They lie in files, lest those
// that wait count as memory of the reader.
func pictures(b *testing.B, n int) []string {
	b.Helper()
	dir := b.TempDir()
	files := make([]string, n)
	for i := range files {
		o := zoned(2, i/2)
		if i%2 == 1 {
			o = zoneless(i / 2)
			o.Level = 2
		}
		files[i] = filepath.Join(dir, strconv.Itoa(i)+".jpg")
		if err := os.WriteFile(files[i], jpegOf(b, o), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return files
}

func contents(b *testing.B, file string) []byte {
	b.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// resetPeak forgets the peak so far, where the system can (Linux).
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

func peak() string {
	status, err := os.ReadFile("/proc/self/status")
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if err != nil || found == nil {
		return "not measured on this system"
	}
	var kB int
	if _, err := fmt.Sscan(string(found[1]), &kB); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d MB", kB>>10)
}
