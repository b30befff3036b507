/** A Model of one virtual server, as init would write it. */
import assert from 'node:assert/strict'
import type { Model } from '../../../src/model/model.ts'
import type { Forwarding } from '../../../src/write/init/answers.ts'
import { understood } from '../../../src/write/init/judge.ts'
import { around } from '../../write/init/world.ts'

/** Real servers have the words of a `real` line. */
export function modelled(
  forward: Forwarding,
  address: string,
  reals: readonly string[],
  service = `${address}:80`,
): Model {
  const lines = reals.map((real) => `  real ${real}\n`)
  const at = service.includes('::') && !service.startsWith('[') ? `[${address}]:80` : service
  const { model, problems } = understood(
    `virtual web\n  address ${at}\n  forward ${forward}\n${lines.join('')}`,
    around,
  )
  assert.ok(model, JSON.stringify(problems.map(({ message }) => message)))
  return model
}
