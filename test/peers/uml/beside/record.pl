#!/usr/bin/perl
# Writes down every change of the virtual server table of this network namespace that the kernel accepted, whoever made
# it, one line each:
#
#   MILLISECONDS new-service tcp 192.168.1.110:80
#   MILLISECONDS set-destination tcp 192.168.1.110:80 -> 10.1.1.2:80 WEIGHT
#
# It listens on an nlmon device, which gets a copy of all netlink traffic, so nothing is missed however short it lasts.
# and at its end (SIGTERM), so that nobody has to trust it, how much it missed: "MILLISECONDS missed 0".
# It reads the bytes by itself (linux/netlink.h, linux/ip_vs.h), not with the code under test; and it is Perl, because the
# guest is slow at JavaScript.
use strict;
use warnings;
use Socket qw(AF_INET AF_INET6 SOL_SOCKET inet_ntop);
use Time::HiRes qw(time);

use constant {
    AF_PACKET => 17, SOCK_RAW => 3, ETH_P_ALL => 3, NETLINK_GENERIC => 16,
    NLMSG_ERROR => 2, FIRST_FAMILY => 16, NLM_F_REQUEST => 1, NLM_F_ACK => 4, NLM_F_DUMP => 0x300,
    ATTR_SERVICE => 1, ATTR_DESTINATION => 2,
    SO_RCVBUFFORCE => 33, SO_RCVTIMEO => 20, SOL_PACKET => 263, PACKET_STATISTICS => 6,
};
# IPVS_CMD_*; IPPROTO_*.
my %changes = (
    1 => 'new-service', 2 => 'set-service', 3 => 'delete-service',
    5 => 'new-destination', 6 => 'set-destination', 7 => 'delete-destination', 17 => 'flush',
);
my %protocols = (6 => 'tcp', 17 => 'udp', 132 => 'sctp');

my ($device, $file) = @ARGV;
open my $index, '<', "/sys/class/net/$device/ifindex" or die "no device $device: $!";
chomp(my $number = <$index>);
socket(my $socket, AF_PACKET, SOCK_RAW, unpack('S', pack('n', ETH_P_ALL))) or die "no packet socket: $!";
# Whole tables pass by as well whenever somebody lists them.
setsockopt($socket, SOL_SOCKET, SO_RCVBUFFORCE, 64 * 1024 * 1024) or die "no room: $!";
# Looks up now and then, to see whether it is over: only after what has come is read. struct timeval.
setsockopt($socket, SOL_SOCKET, SO_RCVTIMEO, pack('l!l!', 0, 200_000)) or die "cannot wait: $!";
# struct sockaddr_ll: family, protocol, index, hardware type, packet type, length and bytes of the address.
bind($socket, pack('SnlSCCa8', AF_PACKET, ETH_P_ALL, $number, 0, 0, 0, '')) or die "cannot listen on $device: $!";
open my $out, '>', $file or die "cannot write $file: $!";
$out->autoflush(1);
$| = 1;
print "ready\n";

# What was asked for and not answered yet, by port: sequence number, whether it wants an answer, and its line, in order.
my %asked;

my $over = 0;
$SIG{TERM} = sub { $over = 1 };
while (1) {
    my $from = recv($socket, my $packet, 65536, 0);
    if (!defined $from) {
        last if $over;
        next;
    }
    # The packet's protocol is the netlink family.
    my (undef, $family) = unpack('Sn', $from);
    next if $family != NETLINK_GENERIC;
    while (length($packet) >= 16) {
        my ($length, $type, $flags, $sequence, $port) = unpack('LSSLL', $packet);
        last if $length < 16 || $length > length($packet);
        my $payload = substr($packet, 16, $length - 16);
        if ($type == NLMSG_ERROR) {
            # An errno, and the header of the request.
            my ($errno, undef, undef, undef, $asked, $asker) = unpack('lLSSLL', $payload);
            answered($asker, $asked, $errno);
        } elsif ($type > FIRST_FAMILY && ($flags & NLM_F_REQUEST) && ($flags & NLM_F_DUMP) != NLM_F_DUMP) {
            my $change = change($payload);
            my $wants = ($flags & NLM_F_ACK) != 0;
            push @{ $asked{$port} }, [$sequence, $wants, int(time * 1000) . " $change\n"] if $change;
        }
        my $next = ($length + 3) & ~3;
        last if $next >= length($packet);
        $packet = substr($packet, $next);
    }
}
# struct tpacket_stats: packets, drops.
my (undef, $missed) = unpack('LL', getsockopt($socket, SOL_PACKET, PACKET_STATISTICS));
print $out int(time * 1000), " missed $missed\n";

# Of requests that want no answer only a refusal is answered, and before the answer to any later one (netlink(7)).
sub answered {
    my ($port, $sequence, $errno) = @_;
    my @waiting = @{ $asked{$port} // [] };
    my ($index) = grep { $waiting[$_][0] == $sequence } 0 .. $#waiting;
    return if !defined $index;
    my ($own) = splice @waiting, $index, 1;
    if ($errno == 0) {
        my @before = splice @waiting, 0, $index;
        print $out $_->[2] for grep { !$_->[1] } @before;
        unshift @waiting, grep { $_->[1] } @before;
        print $out $own->[2];
    }
    $asked{$port} = \@waiting;
}

sub change {
    my ($payload) = @_;
    my $kind = $changes{ unpack('C', $payload) } or return;
    my %top = attributes(substr($payload, 4));
    return $kind if !defined $top{+ATTR_SERVICE};
    my %service = attributes($top{+ATTR_SERVICE});
    my $text = "$kind " . service(%service);
    return $text if $kind =~ /service/;
    my %destination = attributes($top{+ATTR_DESTINATION} // '');
    my $family = unpack('S', $destination{11} // $service{1});
    my $weight = defined $destination{4} ? unpack('l', $destination{4}) : 0;
    return "$text -> " . endpoint($family, $destination{1}, $destination{2}) . " $weight";
}

# IPVS_SVC_ATTR_*: family, protocol, address, port, mark.
sub service {
    my (%service) = @_;
    my $family = unpack('S', $service{1});
    return 'fwmark ' . unpack('L', $service{5}) . ($family == AF_INET6 ? ' inet6' : '') if defined $service{5};
    return $protocols{ unpack('S', $service{2}) } . ' ' . endpoint($family, $service{3}, $service{4});
}

sub endpoint {
    my ($family, $address, $port) = @_;
    my $number = unpack('n', $port);
    return '[' . inet_ntop(AF_INET6, $address) . "]:$number" if $family == AF_INET6;
    return inet_ntop(AF_INET, substr($address, 0, 4)) . ":$number";
}

# By type without the two flags in it.
sub attributes {
    my ($bytes) = @_;
    my %found;
    while (length($bytes) >= 4) {
        my ($length, $type) = unpack('SS', $bytes);
        last if $length < 4 || $length > length($bytes);
        $found{ $type & 0x3fff } = substr($bytes, 4, $length - 4);
        my $next = ($length + 3) & ~3;
        last if $next >= length($bytes);
        $bytes = substr($bytes, $next);
    }
    return %found;
}
