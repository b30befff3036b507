import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portOfService } from '../../../src/wire/talk/services.ts'

const SERVICES = `# a comment
ftp		21/tcp
domain		53/udp
smtp		25/tcp		mail   # simple
#old		99/tcp
broken		x/tcp
empty
`

test('a TCP service is found by its name and its other names', () => {
  const ports = ['ftp', 'smtp', 'mail', 'domain', 'old', 'simple', 'broken', 'empty', 'SMTP', ''].map((name) =>
    portOfService(SERVICES, name),
  )
  assert.deepEqual(ports, [21, 25, 25, null, null, null, null, null, null, null])
})
