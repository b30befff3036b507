/** Runs http-get once against a server on loopback. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { httpGet } from '../../monitors/http-get.ts'
import type { GetOptions } from '../../src/edge/http/get-options.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult, HostResult } from '../../src/model/result.ts'
import { context } from './peers.ts'

export const run = (port: number, options: GetOptions, hosts = ['127.0.0.1']): Promise<CheckResult> =>
  httpGet.check(hosts.map(host), { port, ...options }, context)

export async function check(port: number, options: GetOptions): Promise<HostResult> {
  const [result] = (await run(port, options)).hosts
  assert(result !== undefined)
  return result
}

/** `up`, `down wrong-status`. */
export const codeOf = (result: HostResult): string => (result.kind === 'up' ? 'up' : `${result.kind} ${result.code}`)
export const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
/** One url block. */
export const path = (at: string, rest: object = {}) => ({ url: [{ path: at, ...rest }] })

/** A chunked body, as it is sent. */
export const CHUNKS = '6\r\nhello \r\n3\r\nabc\r\n0\r\n\r\n'
export const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`
