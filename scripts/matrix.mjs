/**
 * Runs the suite under other Nodes, by hand: `npm run test:matrix` for each of VERSIONS, or
 * `npm run test:matrix -- 22 -- test/parse` for one of them and some of the tests. Each Node comes as the npm package
 * of that platform, into a temporary directory.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const VERSIONS = ['20.19', '22', '24', '26']
const root = join(import.meta.dirname, '..')

process.exitCode = main(process.argv.slice(2))

function main(args) {
  const split = args.includes('--') ? args.indexOf('--') : args.length
  const asked = args.slice(0, split)
  const versions = asked.length > 0 ? asked : VERSIONS
  const results = versions.map((version) => ({ version, text: runUnder(version, args.slice(split + 1)) }))
  console.log('\nNode')
  for (const { version, text } of results) console.log(`  ${version}: ${text}`)
  return results.every(({ text }) => text.endsWith('passed')) ? 0 : 1
}

function runUnder(version, tests) {
  const place = mkdtempSync(join(tmpdir(), 'upalert-node-'))
  try {
    const name = `node-${process.platform}-${process.arch}`
    const args = ['install', '--prefix', place, '--no-save', '--no-audit', '--no-fund', `${name}@${version}`]
    if (spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) {
      return `the package ${name}@${version} could not be installed`
    }
    const bin = join(place, 'node_modules', name, 'bin')
    const found = spawnSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).stdout?.trim()
    console.log(`\n== Node ${found}`)
    // First on PATH too, for tests that start programs by `#!/usr/bin/env node`.
    const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
    const run = spawnSync(join(bin, 'node'), ['scripts/test.mjs', ...tests], { cwd: root, env, stdio: 'inherit' })
    return `${found} ${run.status === 0 ? 'passed' : 'FAILED'}`
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
