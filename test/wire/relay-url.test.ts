import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseRelay, type Relay } from '../../src/wire/mail/relay-url.ts'

const good: readonly { name: string; url: string; is: Partial<Relay> }[] = [
  {
    name: 'a plain relay is port 25, encrypted if it offers that, whatever its certificate',
    url: 'smtp://mail.example.org',
    is: {
      host: 'mail.example.org',
      port: 25,
      secure: false,
      starttls: 'offered',
      verify: false,
      user: '',
      text: 'mail.example.org:25',
    },
  },
  {
    name: 'smtps is port 465 with a checked certificate',
    url: 'smtps://m',
    is: { port: 465, secure: true, verify: true },
  },
  {
    name: 'an IPv6 address stands in brackets',
    url: 'smtp://[::1]:2525',
    is: { host: '::1', port: 2525, text: '[::1]:2525' },
  },
  {
    name: 'a password is decoded, and asks for TLS with a checked certificate',
    url: 'smtp://me:p%40ss%3A@m:587',
    is: { user: 'me', password: 'p@ss:', port: 587, starttls: 'required', verify: true, text: 'm:587' },
  },
  {
    name: 'a password within this machine needs no TLS',
    url: 'smtp://me:x@127.0.0.1',
    is: { starttls: 'offered', verify: false },
  },
  {
    name: 'a password may go unencrypted where the operator says so',
    url: 'smtp://me:x@m?plainPassword',
    is: { starttls: 'offered' },
  },
  { name: 'TLS can be required', url: 'smtp://m?requireTLS', is: { starttls: 'required', verify: true } },
  { name: 'a certificate check can be waived', url: 'smtps://m?verify=no', is: { secure: true, verify: false } },
  {
    name: 'a password can come from a file',
    url: 'smtps://me@m?passwordFile=/etc/pw',
    is: { user: 'me', passwordFile: '/etc/pw' },
  },
]
for (const { name, url, is } of good) {
  test(name, () => {
    const parse = parseRelay(url)
    assert.equal(parse.kind, 'relay')
    if (parse.kind === 'relay')
      for (const [key, value] of Object.entries(is))
        assert.deepEqual({ [key]: Reflect.get(parse.relay, key) }, { [key]: value })
  })
}

const bad = [
  {
    name: 'a bare host name is not a relay',
    url: 'mail.example.org',
    says: /is not the address of a mail relay; write smtp:/,
  },
  { name: 'an http URL is not a relay', url: 'http://m', says: /is not the address/ },
  {
    name: 'an unknown option is named',
    url: 'smtp://m?requiretls',
    says: /unknown option "requiretls"; there are requireTLS/,
  },
  { name: 'contradicting options are refused', url: 'smtp://m?requireTLS&ignoreTLS', says: /cannot both/ },
  {
    name: 'a password is never sent unencrypted by accident',
    url: 'smtp://me:hush@m?ignoreTLS',
    says: /would send the password unencrypted/,
  },
  { name: 'a stray percent sign in a password is explained', url: 'smtp://me:50%off@m', says: /stray "%"/ },
]
for (const { name, url, says } of bad) {
  test(name, () => {
    const parse = parseRelay(url)
    assert.equal(parse.kind, 'bad')
    if (parse.kind === 'bad') assert.match(parse.text, says)
  })
}

test('any text is a relay or a sentence, and no sentence shows a password', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      for (const url of [before, `smtp://u:s3cr3tw0rd@${after}`, `smtps://u:s3cr3tw0rd@h${after}`]) {
        const parse = parseRelay(url)
        const said = parse.kind === 'bad' ? parse.text : parse.relay.text
        assert.doesNotMatch(said, /s3cr3tw0rd/)
      }
    }),
  )
})
