//go:build unix

package optional

import (
	"os/exec"
	"syscall"
)

// inGroup lets a program lead a group of its own, which is killed as one.
func inGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}
