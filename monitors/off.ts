/**
 * Says of every host that it is down, and asks nobody: for a real server that its configuration switches off but keeps.
 * Source: ldirectord(8), checktype = off.
 */
import { checkResult } from '../src/edge/probe/each-host.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { HostResult } from '../src/model/result.ts'
import { milliseconds } from '../src/model/units.ts'

export const off: Monitor<Record<string, never>> = {
  name: 'off',
  question: 'none: it is switched off',
  schema: { type: 'object', properties: {}, additionalProperties: false },
  flags: {},
  rest: null,
  async check(hosts, _options, { signal }) {
    const timings = { connect: null, firstByte: null, total: milliseconds(0) }
    const results = [...new Set(hosts)].map((host): HostResult => {
      if (signal.aborted) return { kind: 'unknown', host, code: 'aborted', text: 'was not checked to the end', timings }
      return { kind: 'down', host, code: 'off', text: 'is switched off in its configuration', timings }
    })
    return checkResult(results)
  },
}
