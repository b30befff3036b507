/** What a machine offers as answers. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { mailDomain, offered } from '../../../src/daemon/init/known.ts'
import type { Facts } from '../../../src/model/facts.ts'

export function addressesOffered({ links }: Facts): readonly string[] {
  assert.equal(links.kind, 'seen')
  return links.kind === 'seen' ? offered(links.value).map(({ address, device }) => `${address} ${device}`) : []
}

export function domainOf(t: TestContext, mailname: string, host: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-init-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'mailname')
  if (mailname !== '') writeFileSync(file, mailname)
  return mailDomain(file, host)
}
