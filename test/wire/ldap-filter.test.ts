/** Filters of RFC 4515 §4 and others; the bytes are those that Net::LDAP sends. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeFilter } from '../../src/wire/ldap/filter.ts'
import { needs } from '../needs.ts'

const filters: readonly string[] = [
  '(cn=Babs Jensen)',
  'cn=Babs Jensen',
  '(!(cn=Tim Howes))',
  '(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))',
  '(o=univ*of*mich*)',
  '(seeAlso=)',
  '(cn=*)',
  '(cn=*b)',
  '(age>=5)',
  '(age<=5)',
  '(cn~=anna)',
  '(o=Parens R Us \\28for all your parenthetical needs\\29)',
  '(cn=*\\2A*)',
  '(sn=Lu\\c4\\8di\\c4\\87)',
  '(cn:caseExactMatch:=Fred Flintstone)',
  '(cn:=Betty Rubble)',
  '(sn:dn:2.4.6.8.10:=Barney Rubble)',
  '(o:dn:=Ace Industry)',
  '(:1.2.3:=Wilma Flintstone)',
  '(:dn:2.4.6.8.10:=Dino)',
  '( & (cn=a) (sn=b) )',
  `(cn=${'x'.repeat(300)})`,
]
const perl = `use Net::LDAP::Filter; use Net::LDAP::ASN qw(Filter); $| = 1;
while (my $l = <STDIN>) { chomp $l; my $f = Net::LDAP::Filter->new($l) or die "$l"; print unpack('H*', $Filter->encode($f)), "\\n" }`

test('a filter is sent as Net::LDAP sends it', needs('net-ldap'), () => {
  const { stdout, stderr } = spawnSync('perl', ['-e', perl], { input: filters.join('\n'), encoding: 'utf8' })
  assert.equal(stderr, '')
  const theirs = stdout.trim().split('\n')
  for (const [at, filter] of filters.entries()) {
    assert.equal(encodeFilter(filter)?.toString('hex'), theirs[at], filter)
  }
})

for (const text of [
  '',
  '(',
  ')',
  'cn',
  '(cn=a',
  '(cn=a))',
  '(=a)',
  '(&(cn=a)',
  '(!cn=a)',
  '(cn=a\\)',
  '(a b=c)',
  '((cn=a))',
]) {
  test(`${JSON.stringify(text)} is no filter`, () => assert.equal(encodeFilter(text), null))
}

test('any text is a filter or none, also one of brackets alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'()&|!=*\\<>~:a '), maxLength: 80 }), (text) => {
      encodeFilter(text)
    }),
  )
  assert.equal(encodeFilter('(!'.repeat(100_000)), null)
})
