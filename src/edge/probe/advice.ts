/**
 * The result of a check that only gives advice about weights. Where it learned nothing, nothing is wrong with the service:
 * the weights stay as they are, the run passes, and what was not learned is a remark. A host that says of itself that it is
 * down still fails.
 */
import type { CheckResult } from '../../model/result.ts'

export function asAdvice(result: CheckResult): CheckResult {
  const down = result.hosts.filter(({ kind }) => kind === 'down')
  const unclear = result.hosts.filter(({ kind }) => kind === 'unknown')
  return {
    ...result,
    exit: down.length === 0 ? 0 : 1,
    summary: down.map(({ host }) => host).join(' '),
    detail: down.map(({ host, text }) => `${host} ${text}\n`).join(''),
    warnings: [...result.warnings, ...unclear.map(({ host, text }) => `${host} ${text}; its weight stays as it is`)],
  }
}
