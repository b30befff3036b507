#!/usr/bin/perl
# Asks the real mon what it decides: loads the mon that is installed here, unmodified, on a clock of our own, stops it
# before its main loop, and then answers cases: a configuration and timed events in, the alerts that mon ran out.
#
#   perl decide.pl MON DIRECTORY          DIRECTORY has alert.d/ with the alerts, and is ours to write in
#
# A line of standard input is a case as JSON, a line of standard output its answer, both UTF-8.
#   case    {"config": "…", "start": EPOCH, "exec": 0|1, "events": [EVENT, …]}
#   EVENT   {"at": SECONDS AFTER START, "kind": "exit", "group", "service", "due", "status", "output"}
#           {…, "kind": "killed", "group", "service", "due", "signal", "output"}   {…, "kind": "trap", "packet"}
#           {…, "kind": "traptimeout" or "trapduration", "group", "service"}   {…, "kind": "command", "line", "user"}
#   answer  {"startup": DONE, "events": [DONE, …]} or {"error": "…"}
#   DONE    {"alerts": [{"period", "script", "args", "environment", "input"}], "reply": "…", "counters": {…}}
#
# Every case has a process of its own, forked from the one that has mon loaded. Alerts do not really run, as that would
# take most of the time: mon's fork, open, exec and exit are answered here, and what it would have run is written down.
# With "exec" they do run, and print what they see to the file DIRECTORY/ran; a test compares the two.
use strict;
use warnings;

# "do" compiles a file into the package in which it stands.
sub run_file { return do $_[0] }

package Mon::Reference;

use B;
use Cwd ();
use JSON::PP ();
use POSIX ();
use Scalar::Util ();
use Socket ();
use Sys::Syslog ();

# A case that takes longer than so many seconds hangs.
use constant DEADLINE => 30;
# What a process that is never waited for may be called.
use constant SOMEBODY => 4_000_000;

our $now = time;
# What mon's built-ins do: 'plain', or in a call of an alert 'alert' (the process that becomes the alert),
# 'writer' (the one that writes its standard input), 'master' (the daemon).
our $role = 'plain';
our ($ready, $executed, $written, $reaped, $forked) = (0, undef, '', undef, undef);
our @alerts;
our @reply;

my ($mon, $directory) = map { Cwd::abs_path($_) } @ARGV;
# Not told of UTF-8: what a case says reaches mon as bytes.
my $json = JSON::PP->new;

BEGIN {
    # Imported into main before mon is compiled, these take the places of the built-ins in mon alone.
    no warnings 'once';
    *main::time = sub () {
        die "ready\n" if $ready;
        return $now;
    };
    *main::sleep = sub (;$) { $now += $_[0] // 0 };
    *main::localtime = sub (;$) {
        my $of = @_ ? $_[0] : $now;
        return wantarray ? CORE::localtime($of) : scalar CORE::localtime($of);
    };
    *main::waitpid = sub ($$) {
        my $pid = shift @{ $reaped // [] } // -1;
        $? = shift @$reaped if $pid > 0;
        return $pid;
    };
    *main::fork = sub () {
        return SOMEBODY if $role eq 'master';
        return 0 if $role ne 'plain';
        return $forked = CORE::fork();
    };
    *main::open = sub (*;$@) {
        if ($role eq 'alert') { return 0 }
        my $handle = ref $_[0] || ref \$_[0] eq 'GLOB' ? $_[0] : do { no strict 'refs'; \*{"main::$_[0]"} };
        if ($role eq 'writer') { $written = ''; return CORE::open($handle, '>', \$written) }
        return @_ > 2 ? CORE::open($handle, $_[1], @_[2 .. $#_]) : CORE::open($handle, $_[1]);
    };
    *main::exec = sub {
        if ($role eq 'plain') { CORE::exec {$_[0]} @_ }
        $executed = { args => [@_], environment => {%ENV} };
        die "done\n";
    };
    *main::exit = sub (;$) {
        CORE::exit($_[0] // 0) if $role eq 'plain';
        die "done\n";
    };
    no warnings 'redefine';
    *Sys::Syslog::syslog = sub { $ready = 1 if $_[1] =~ /^mon server started/; 1 };
    *Sys::Syslog::openlog = *Sys::Syslog::closelog = *Sys::Syslog::setlogsock = sub { 1 };
}

# What mon prints goes nowhere, unless the environment names a file for it.
CORE::open(STDERR, '>', $ENV{MON_REFERENCE_ERRORS} // '/dev/null') or die "standard error: $!";
my %daemon = (PATH => $ENV{PATH} // '/usr/bin:/bin', TZ => 'UTC');
%ENV = %daemon;
POSIX::tzset();
$| = 1;

write_file("$directory/mon.cf", '');
write_file("$directory/auth.cf", join '', (map { "$_: all\n" } qw(
    ack clear disable enable get list loadstate reload reset savestate servertime set start stop test)),
    "trap section\n* * *\n");
load();
my $lexical = lexicals();
my $call_alert = \&main::call_alert;
{
    no warnings qw(redefine once);
    *main::call_alert = \&call_alert;
    *main::sock_write = sub { push @reply, $_[1] };
}
serve();

# Runs the file of mon until the first clock reading of its main loop.
sub load {
    write_file("$directory/mon.cf", "serverbind = 127.0.0.1\ntrapbind = 127.0.0.1\nserverport = 0\ntrapport = 0\n");
    local @ARGV = ('-c', "$directory/mon.cf", '-P', '', '-A', "$directory/auth.cf", '-a', "$directory/alert.d");
    main::run_file($mon);
    $ready = 0;
    die "$mon did not reach its main loop: $@\n" unless $@ eq "ready\n";
}

# mon's file-wide variables by name, as its subroutines have caught them.
sub lexicals {
    my %found;
    my $outer = (B->can('PADNAMEf_OUTER') // B->can('PADNAMEt_OUTER'))->();
    no strict 'refs';
    for my $name (qw(do_alert process_event proc_cleanup call_alert reset_server handle_trap client_command read_cf
                     client_accept run_monitor init_globals)) {
        my $pads = B::svref_2object(\&{"main::$name"})->PADLIST;
        my @names = $pads->ARRAYelt(0)->ARRAY;
        my @values = $pads->ARRAYelt(1)->ARRAY;
        for my $i (0 .. $#names) {
            my $label = $names[$i]->isa('B::SPECIAL') ? undef : $names[$i]->PV;
            next unless defined $label && $names[$i]->FLAGS & $outer;
            $found{$label} //= $values[$i]->object_2svref;
        }
    }
    return \%found;
}

# Calls mon's own call_alert once as each of the processes that it would fork.
sub call_alert {
    my %args = @_;
    my $period = label_of(\%args);
    if ($role eq 'really') {
        local $role = 'plain';
        $forked = undef;
        my $ran = $call_alert->(@_);
        CORE::waitpid($forked, 0) if $forked;
        push @alerts, { period => $period } if $forked;
        return $ran;
    }
    ($executed, $written) = (undef, undef);
    {
        local %ENV = %ENV;
        local $role = 'alert';
        eval { $call_alert->(@_) };
        die $@ unless $@ eq "done\n" || $@ eq '';
    }
    if ($executed) {
        local $role = 'writer';
        eval { $call_alert->(@_) };
        die $@ unless $@ eq "done\n";
        push @alerts, record($period, $executed->{args}, $executed->{environment}, $written);
    }
    local $role = 'master';
    return $call_alert->(@_);
}

sub record {
    my ($period, $args, $environment, $input) = @_;
    my ($path, @rest) = @$args;
    return {
        period => $period,
        script => $path =~ s{^\Q$directory/alert.d/\E}{}r,
        args => \@rest,
        environment => { map { ($_ => $environment->{$_} // '') } grep { !exists $daemon{$_} } keys %$environment },
        input => $input,
    };
}

# The period that an alert belongs to; none for a test and for redistribute.
sub label_of {
    my ($args) = @_;
    my $periods = $lexical->{'%watch'}{ $args->{group} }{ $args->{service} }{periods};
    return undef unless defined $args->{pref} && $periods;
    my ($label) = grep { Scalar::Util::refaddr($periods->{$_}) == Scalar::Util::refaddr($args->{pref}) } keys %$periods;
    return $label;
}

sub serve {
    while (defined(my $line = <STDIN>)) {
        my $child = CORE::fork() // die "fork: $!";
        if ($child == 0) {
            alarm DEADLINE;
            my $answer = eval { encode(answer($json->decode($line))) } // encode({ error => "$@" });
            print "$answer\n";
            POSIX::_exit(0);
        }
        CORE::waitpid($child, 0);
        print encode({ error => "the case ended with status $?" }), "\n" if $? != 0;
    }
}

sub answer {
    my ($case) = @_;
    $now = $case->{start};
    start($case->{config});
    $role = 'really' if $case->{exec};
    my $startup = done(sub { main::do_startup_alerts() });
    my @events;
    for my $event (@{ $case->{events} }) {
        $now = $case->{start} + $event->{at};
        push @events, done(sub { happen($event) });
    }
    return { startup => $startup, events => \@events };
}

# What mon does between its options and its main loop, without the sockets.
sub start {
    my ($config) = @_;
    write_file("$directory/mon.cf", $config);
    main::init_globals();
    main::init_cf_globals();
    $lexical->{'%CF'}{CF} = "$directory/mon.cf";
    my $problem = main::read_cf("$directory/mon.cf", 1);
    die "$problem\n" if $problem ne '';
    my $cf = $lexical->{'%CF'};
    mkdir "$directory/$_" for qw(state log);
    unlink glob "$directory/state/*";
    @$cf{qw(ALERTDIR SCRIPTDIR AUTHFILE STATEDIR LOGDIR CFBASEDIR)} =
        map { "$directory/$_" } qw(alert.d mon.d auth.cf state log etc);
    main::normalize_paths();
    main::gen_scriptdir_hash();
    main::set_last_test();
    ${ $lexical->{'$tm'} } = $now;
}

# Does it, and tells what came of it.
sub done {
    my ($act) = @_;
    @alerts = @reply = ();
    unlink "$directory/ran";
    ${ $lexical->{'$tm'} } = $now;
    # mon leaves a subroutine with "next" after some commands.
    for (1) { no warnings; $act->() }
    my @ran = $role eq 'really' ? logged() : @alerts;
    return { alerts => \@ran, reply => join('', @reply), counters => counters() };
}

sub happen {
    my ($event) = @_;
    my ($kind, $group, $service) = @$event{qw(kind group service)};
    if ($kind eq 'exit' || $kind eq 'killed') { monitor_exits($event) }
    elsif ($kind eq 'trap') {
        main::handle_trap($event->{packet}, Socket::pack_sockaddr_in(2583, Socket::inet_aton('127.0.0.1')));
    }
    elsif ($kind eq 'traptimeout') { main::handle_trap_timeout($group, $service) }
    elsif ($kind eq 'trapduration') {
        # In mon these two lines stand in the main loop.
        main::set_op_status($group, $service, 1);
        $lexical->{'%watch'}{$group}{$service}{_trap_duration_timer} = undef;
    }
    elsif ($kind eq 'command') {
        %{ $lexical->{'%clients'} } = (9 => { fhandle => 9, user => $event->{user}, host => '127.0.0.1', buf => '' });
        main::client_command(9, $event->{line});
    }
    else { die "no event is called $kind\n" }
}

# Puts an exited process where mon keeps its monitors, and lets mon reap it. What is due, and mon does not start because of
# its monitordepend, does not end either.
sub monitor_exits {
    my ($event) = @_;
    my $name = "$event->{group}/$event->{service}";
    my $pid = SOMEBODY + 1;
    my $service = $lexical->{'%watch'}{ $event->{group} }{ $event->{service} } // die "no service $name\n";
    return if $event->{due} && waits_for_another($service) && !main::dep_ok($service, 'm');
    CORE::open(my $output, '<', '/dev/null') or die "/dev/null: $!";
    $lexical->{'%running'}{$name} = 1;
    $lexical->{'%runningpid'}{$pid} = $name;
    $lexical->{'%fhandles'}{$name} = $output;
    $lexical->{'%ibufs'}{$name} = $event->{output};
    ${ $lexical->{'$procs'} }++;
    @$service{qw(_last_check _monitor_running)} = ($now, 1);
    $reaped = [ $pid, $event->{kind} eq 'killed' ? $event->{signal} : $event->{status} << 8 ];
    main::proc_cleanup();
}

sub waits_for_another {
    my ($service) = @_;
    return 1 if ($service->{depend} // '') ne '' && $service->{dep_behavior} eq 'm';
    return ($service->{monitordepend} // '') ne '';
}

# Everything that mon remembers of its services and periods, texts left out that clients may have set to anything.
sub counters {
    my %all;
    my $watch = $lexical->{'%watch'};
    for my $group (keys %$watch) {
        for my $service (keys %{ $watch->{$group} }) {
            my $of = $watch->{$group}{$service};
            my $periods = $of->{periods} // {};
            $all{"$group/$service"} = {
                service => { plain($of), disabled => text($of->{disable}), interval => text($of->{interval}) },
                periods => { map { ($_ => { plain($periods->{$_}) }) } keys %$periods },
            };
        }
    }
    return \%all;
}

# The keys with an underscore, without it, are state; the others are configuration.
sub plain {
    my ($of) = @_;
    return map { (substr($_, 1) => text($of->{$_})) } grep { /^_/ && !ref $of->{$_} } keys %$of;
}

sub text { defined $_[0] ? "$_[0]" : undef }

# What the alerts that really ran have written, in their order: fields end in NUL, and a record in one more.
sub logged {
    my $text = -e "$directory/ran" ? read_file("$directory/ran") : '';
    my @ran;
    while ($text =~ /\G(\d+) (\d+) (\d+)\n/gc) {
        my ($args, $variables, $length) = ($1, $2, $3);
        my @fields = map { $text =~ /\G([^\0]*)\0/gc ? $1 : die "the log is cut" } 1 .. $args + $variables;
        my $input = substr $text, pos $text, $length;
        pos($text) += $length;
        my %environment = map { /^([^=]*)=(.*)$/s } splice @fields, $args;
        push @ran, record($alerts[@ran]{period}, \@fields, \%environment, $input);
    }
    return @ran;
}

# JSON, a good deal faster than JSON::PP.
my %escaped = ("\n" => '\\n', '"' => '\\"', '\\' => '\\\\');

sub encode {
    my ($value) = @_;
    return 'null' unless defined $value;
    if (ref $value eq 'HASH') {
        return '{' . join(',', map { encode($_) . ':' . encode($value->{$_}) } sort keys %$value) . '}';
    }
    return '[' . join(',', map { encode($_) } @$value) . ']' if ref $value eq 'ARRAY';
    my $text = "$value";
    $text =~ s/([\x00-\x1f"\\])/$escaped{$1} \/\/ sprintf '\\u%04x', ord $1/ge;
    return "\"$text\"";
}

sub write_file {
    my ($path, $text) = @_;
    CORE::open(my $file, '>:raw', $path) or die "$path: $!\n";
    print $file $text;
    CORE::close($file) or die "$path: $!\n";
}

sub read_file {
    my ($path) = @_;
    CORE::open(my $file, '<:raw', $path) or die "$path: $!\n";
    local $/;
    return scalar <$file>;
}
