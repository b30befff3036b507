/** A real PostgreSQL that listens on a port of loopback, asks for passwords and speaks TLS, for the tests of one file. */
import { chownSync, copyFileSync, writeFileSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findBinaries } from '../../src/edge/postgres/embedded-binaries.ts'
import { prepareCluster, SUPERUSER } from '../../src/edge/postgres/embedded-cluster.ts'
import { choosePlace } from '../../src/edge/postgres/embedded-place.ts'
import { openDirectory, tell } from '../edge/postgres-server.ts'
import { certPath } from './peers.ts'
import { type After, freePort, start } from './started.ts'

export const PG = { login: 'anna', password: 'xyzzy "5461"', database: 'shop' } as const

const HBA = `local all all trust
hostssl all secure all scram-sha-256
hostnossl all secure all reject
host all all all scram-sha-256
`

export async function tcpPostgres(after: After): Promise<number> {
  const parent = await openDirectory()
  after(() => rm(parent, { recursive: true, force: true }))
  const place = choosePlace(join(parent, 'postgres'))
  if (typeof place === 'string') throw new Error(place)
  const binaries = await findBinaries(place.base, place.user)
  if (binaries.kind === 'missing') throw new Error(binaries.text)
  const data = join(place.base, 'cluster')
  const refusal = await prepareCluster(place.base, data, binaries, place.user)
  if (refusal !== null) throw new Error(refusal)
  writeFileSync(join(data, 'pg_hba.conf'), HBA)
  const key = join(data, 'key.pem')
  copyFileSync(certPath('key.pem'), key)
  await chmod(key, 0o600)
  const certificate = join(data, 'good.pem')
  copyFileSync(certPath('good.pem'), certificate)
  const { user } = place
  if (user !== null) for (const file of [key, certificate]) chownSync(file, user.uid, user.gid)
  const port = await freePort()
  const settings = [
    ...[`port=${port}`, 'listen_addresses=127.0.0.1,::1', `unix_socket_directories=${place.sockets}`, 'fsync=off'],
    ...['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`, 'max_connections=20', 'shared_buffers=16MB'],
  ]
  const words = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  await start(after, binaries.postgres, words, /ready to accept connections/, {
    cwd: place.base,
    env: binaries.environment,
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  })
  const superuser = { host: place.sockets, port, user: SUPERUSER, database: 'postgres' }
  await tell(superuser, `create role anna login password 'xyzzy "5461"'`)
  await tell(superuser, `create role secure login password 'xyzzy'`)
  await tell(superuser, 'create database shop owner anna')
  return port
}
