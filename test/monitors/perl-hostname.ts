/**
 * mon's smtp, pop3, imap, nntp and lpd monitors call Perl's `hostname` with arguments, over which that of Perl 5.36 dies, so
 * that as Debian 12 ships them they fail every host. The scripts stay as they are: they find another Sys::Hostname first,
 * by an environment variable, which a site may set as well: PERL5LIB in a service of mon.cf.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const MODULE = `package Sys::Hostname;
use parent 'Exporter';
our @EXPORT = ('hostname');
sub hostname { 'localhost' }
1;
`

export function patientHostname(t: TestContext): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'perl-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'Sys'))
  writeFileSync(join(folder, 'Sys/Hostname.pm'), MODULE)
  return { PERL5LIB: folder }
}
