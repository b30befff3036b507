/**
 * What ldirectord's own checks say of a server: its functions are read from the installed program and run as they stand, one a
 * process, with stand-ins for the parts that would touch the kernel or a log.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { needs } from '../needs.ts'
import { certPath } from './peers.ts'

/** Of a service and of its real server, by the names that ldirectord has for them inside. */
export interface LdirectordCheck {
  /** `check_http`, … */
  readonly check: string
  /** Behind service and real: `check_pop` takes one. */
  readonly more?: readonly number[]
  readonly service: Readonly<Record<string, string | number>>
  readonly real: Readonly<Record<string, string | number>>
}

export const LDIRECTORD = needs('ldirectord', 'perl')

const HARNESS = `
use strict; use JSON::PP;
my ($program, $asked) = @ARGV;
open(my $in, '<', $program) or die "no $program"; my $text = do { local $/; <$in> }; close $in;
$text =~ s/\\A.*?(?=^sub ld_init\\b)//ms;
our ($SERVICE_UP, $SERVICE_DOWN, $DEBUG) = (0, 1, 0);
our ($verdict, $said) = ('none', '');
{ no strict; no warnings; eval "use Socket; use Socket6; $text; 1" or die "cannot read the program: $@"; }
*ld_debug = sub {}; *ld_log = sub {};
*service_set = sub { my ($v, $r, $state, $flags, $log) = @_; $verdict = $state; $said = $log // '' };
my $call = decode_json($asked);
open(my $out, '>&', \\*STDOUT); open(STDOUT, '>', '/dev/null');
alarm 60;
{ no strict 'refs'; eval { &{$call->{check}}($call->{service}, $call->{real}, @{$call->{more} // []}); 1 } or $verdict = "died: $@"; }
print $out encode_json({ verdict => $verdict, said => $said });
`

export async function ldirectordSays({ check, more = [], service, real }: LdirectordCheck): Promise<string> {
  const asked = JSON.stringify({
    check,
    more,
    service: { checktimeout: 3, negotiatetimeout: 3, httpmethod: 'GET', protocol: 'tcp', ...service },
    real: { server: '127.0.0.1', ...real },
  })
  const child = spawn('perl', ['-e', HARNESS, '/usr/sbin/ldirectord', asked], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its libraries believe this authority, as a machine that ldirectord runs on would.
    env: { ...process.env, SSL_CERT_FILE: certPath('root.pem') },
  })
  let out = ''
  let trouble = ''
  child.stdout.on('data', (bytes) => {
    out += bytes
  })
  child.stderr.on('data', (bytes) => {
    trouble += bytes
  })
  await once(child, 'close')
  if (out === '') throw new Error(`ldirectord's ${check} said nothing: ${trouble}`)
  const { verdict }: { readonly verdict: string } = JSON.parse(out)
  return verdict
}
