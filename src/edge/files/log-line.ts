/**
 * Adds a line to a log that others read and rotate. The file is opened for each line, so that one that logrotate has moved
 * away is not written on; the line is one write at the file's end, and on the disk before it counts as written.
 *
 * A symbolic link is followed where only root or upalert's own user could have put it, as an operator's in /var/log; in a
 * directory that others may write to, a link or somebody else's file is refused: it could lead to any file of ours.
 * Source: open(2), O_APPEND, O_NOFOLLOW; symlink(7).
 */
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A new file is for its owner, and its group may read it: summaries may name what not everybody is to know. */
const MODE = 0o640
const FLAGS =
  constants.O_RDWR |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NONBLOCK |
  constants.O_NOFOLLOW |
  constants.O_NOCTTY
/** Write permission of group and others. */
const OTHERS_WRITE = 0o022

/** `lines` without the last line's end. `null`: written. Otherwise a sentence about the path. */
export async function appendLines(path: string, lines: string): Promise<string | null> {
  let file: FileHandle | undefined
  try {
    const opened = await openLog(path)
    if (typeof opened === 'string') return opened
    file = opened
    const why = await refusal(path, file)
    if (why !== null) return why
    // A disk that was full may have cut a line off: ours is not to be a part of it.
    const bytes = Buffer.from(`${(await endsWell(file)) ? '' : '\n'}${lines}\n`)
    const { bytesWritten } = await file.write(bytes)
    if (bytesWritten < bytes.length) return `${path} took only a part of the line: the disk is full`
    await file.datasync()
    return null
  } catch (error) {
    return troubleWith(path, error)
  } finally {
    await file?.close().catch(() => undefined)
  }
}

async function openLog(path: string): Promise<FileHandle | string> {
  try {
    return await open(path, FLAGS, MODE)
  } catch (error) {
    if (codeOf(error) !== 'ELOOP') throw error
    if (await othersWriteTo(dirname(path))) {
      return `${path} is a symbolic link in a directory that others may write to, and is not followed: name the file itself`
    }
    return await open(path, FLAGS & ~constants.O_NOFOLLOW, MODE)
  }
}

/** `null`: it is a log. */
async function refusal(path: string, file: FileHandle): Promise<string | null> {
  const found = await file.stat()
  if (!found.isFile()) return `${path} is no ordinary file`
  const isOurs = found.uid === 0 || found.uid === process.geteuid?.()
  const isPlain = (await lstat(path)).isFile()
  if ((isOurs && found.nlink === 1) || !isPlain || !(await othersWriteTo(dirname(path)))) return null
  return `${path} is somebody else's, or has a second name, in a directory that others may write to: choose another directory`
}

async function othersWriteTo(directory: string): Promise<boolean> {
  const { mode, uid } = await stat(directory)
  return (mode & OTHERS_WRITE) !== 0 || (uid !== 0 && uid !== process.geteuid?.())
}

async function endsWell(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return true
  const last = Buffer.alloc(1)
  const { bytesRead } = await file.read(last, 0, 1, size - 1)
  return bytesRead === 0 || last.toString('latin1') === '\n'
}

function troubleWith(path: string, error: unknown): string {
  const code = codeOf(error)
  return `${path} ${TROUBLE.get(code) ?? `could not be written to (${code})`}`
}

const TROUBLE: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'cannot be made: its directory does not exist'],
  ['ENOTDIR', 'cannot be opened: a part of the path is no directory'],
  ['EACCES', 'may not be written to by upalert: see the permissions of the file and its directories'],
  ['EPERM', 'may not be written to: see its attributes (lsattr)'],
  ['EISDIR', 'is a directory'],
  ['ENXIO', 'is no ordinary file'],
  ['ELOOP', 'leads through too many symbolic links'],
  ['EROFS', 'is on a file system that is read-only'],
  ['ENOSPC', 'could not be written to: the disk is full'],
  ['EDQUOT', 'could not be written to: the quota is used up'],
  ['EIO', 'could not be written to: the disk has an error'],
  ['EMFILE', 'could not be opened: too many files are open here; raise LimitNOFILE'],
])

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
