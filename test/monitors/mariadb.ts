/** A real MariaDB on loopback with a user and a table of its own, for the tests of one file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { certPath } from './peers.ts'
import { type After, folder, freePort, run, start } from './started.ts'

export const SQL = { login: 'anna', password: 'xyzzy "5461"', database: 'shop' } as const

const SETUP = `
create database shop;
create table shop.pool (host varchar(20), enabled int);
insert into shop.pool values ('a', 1), ('b', 0);
create table shop.empty (host varchar(20));
create user anna@'%' identified by 'xyzzy "5461"';
grant select, insert, update on shop.* to anna@'%';
create user secure@'%' identified by 'xyzzy' require ssl;
`

/** What mariadb-install-db would read, which a package of its own is needed for. */
const SYSTEM = ['mysql_system_tables.sql', 'mysql_system_tables_data.sql']

export async function mariadb(after: After): Promise<number> {
  const dir = folder(after, 'mariadb')
  const data = join(dir, 'data')
  const common = ['--no-defaults', `--datadir=${data}`, '--user=root']
  mkdirSync(data)
  const tables = SYSTEM.map((name) => readFileSync(`/usr/share/mysql/${name}`, 'utf8')).join('\n')
  await run('/usr/sbin/mariadbd', [...common, '--bootstrap'], `create database mysql;\nuse mysql;\n${tables}`)
  const init = join(dir, 'init.sql')
  writeFileSync(init, SETUP.replaceAll('\n', ' ').replaceAll('; ', ';\n'))
  const port = await freePort()
  await start(
    after,
    '/usr/sbin/mariadbd',
    [
      ...[...common, '--bind-address=127.0.0.1,::1', `--port=${port}`, `--socket=${dir}/socket`, `--init-file=${init}`],
      ...['--skip-name-resolve', '--innodb-buffer-pool-size=8M', '--innodb-log-file-size=4M', `--pid-file=${dir}/pid`],
      ...[`--ssl-cert=${certPath('good.pem')}`, `--ssl-key=${certPath('key.pem')}`],
    ],
    /ready for connections/,
  )
  return port
}
