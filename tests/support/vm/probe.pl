#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# probe.pl DIRECTORY...: print the actions that are possible here, one a line: the directories in which it can create a file
# (of the arguments, of those near the root, and of all mount points), and other ways to harm the machine. It does not undo
# them, so run it in a sandbox or in a machine that is not used afterwards.
use strict;
use warnings;
use Fcntl;
use Socket;

# x86_64.
my %number = (
    ptrace => 101, clock_settime => 227, mount => 165, init_module => 175, reboot => 169, unshare => 272, bpf => 321,
    swapon => 167, sethostname => 170, mknod => 133, chroot => 161, pivot_root => 155, perf_event_open => 298,
);
my ($clone_newuser, $clone_newns, $ms_bind) = (0x10000000, 0x00020000, 4096);
my ($ptrace_traceme, $reboot_cad_on) = (0, 0x89abcdef);

my %seen;

sub try_directory {
    my ($directory) = @_;
    my $file = "$directory/.probe";

    return if $seen{$directory}++ || !-d $directory || -l $directory;
    sysopen(my $fh, $file, O_CREAT | O_EXCL | O_WRONLY) or return;
    unlink $file;
    print "writes $directory\n";
}

sub try_file {
    my ($file) = @_;

    sysopen(my $fh, $file, O_WRONLY) and print "opens $file\n";
}

sub mounts {
    open(my $fh, '<', '/proc/self/mountinfo') or die "mountinfo: $!";
    return map { (split)[4] } <$fh>;
}

sub try_call {
    my ($name, @arguments) = @_;

    print "calls $name\n" if syscall($number{$name}, @arguments) >= 0;
}

sub try_socket {
    my ($name, @arguments) = @_;

    socket(my $fh, $arguments[0], $arguments[1], $arguments[2]) and print "has sockets of $name\n";
}

my $dir = '/run';
my $now = pack('q q', time, 0);

try_directory($_) for sort(glob('/ /* /*/* /proc/sys/kernel /sys/kernel/debug /sys/fs/cgroup/system.slice'), mounts(), @ARGV);
try_file($_) for qw(/etc/passwd /etc/fstab /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/sys/vm/drop_caches /dev/kmsg
    /dev/vda /dev/nvme0n1 /dev/mem /sys/power/state /usr/bin/podman /boot/vmlinuz);
try_call('mknod', '/tmp/probe', 060600, 0xfd00);
try_call('init_module', $dir, 0, $dir);
try_call('swapon', $dir, 0);
try_call('sethostname', 'probe', 5);
try_call('clock_settime', 0, $now);
try_call('reboot', 0xfee1dead, 672274793, $reboot_cad_on, 0);
try_call('ptrace', $ptrace_traceme, 0, 0, 0);
try_call('bpf', 0, $now, 16);
try_call('perf_event_open', $now, 0, -1, -1, 0);
try_socket('AF_INET', AF_INET, SOCK_STREAM, 0);
try_socket('AF_INET6', AF_INET6, SOCK_DGRAM, 0);
try_socket('AF_NETLINK', 16, SOCK_RAW, 0);
try_socket('AF_PACKET', 17, SOCK_RAW, 0);
# Last, since these change the machine.
try_call('mount', $dir, $dir, 0, $ms_bind, 0);
try_call('unshare', $clone_newns);
try_call('unshare', $clone_newuser);
try_call('pivot_root', $dir, $dir);
try_call('chroot', $dir);
