/**
 * Whose the files are. Root who tries out a configuration of an ordinary user must leave nothing behind in that user's
 * directory that the user cannot write: what root makes there belongs to whoever owns the directory.
 */
import { chownSync, constants, fchownSync, fstatSync, lstatSync } from 'node:fs'

const ROOT = 0
/** A link that somebody put in the file's place is not followed: root would give away what it leads to. */
const OWN = constants.O_CREAT | constants.O_NOFOLLOW

/** Makes an empty file, or empties the one that is there. */
export const FRESH = constants.O_WRONLY | constants.O_TRUNC | OWN
export const APPEND = constants.O_RDWR | constants.O_APPEND | OWN

/** For a file just opened with FRESH or APPEND. */
export function giveToOwner(fd: number, directory: string): void {
  const owner = otherOwner(directory)
  const { uid, nlink } = fstatSync(fd)
  if (owner !== null && uid === ROOT && nlink === 1) unlessRefused(() => fchownSync(fd, owner.uid, owner.gid))
}

/** For a directory that was just made in another. */
export function giveDirectoryToOwner(made: string, parent: string): void {
  const owner = otherOwner(parent)
  if (owner !== null) unlessRefused(() => chownSync(made, owner.uid, owner.gid))
}

/** `null`: nothing is to be given away. */
function otherOwner(directory: string): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== ROOT) return null
  const { uid, gid } = lstatSync(directory)
  return uid === ROOT ? null : { uid, gid }
}

/** A file system without owners, or one that trusts no root: then the file stays whose it is. */
function unlessRefused(give: () => void): void {
  try {
    give()
  } catch {
    return
  }
}
