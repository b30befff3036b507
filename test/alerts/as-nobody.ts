/** Runs a part of a test as a daemon that an ordinary user started. Needs root, to which it comes back. */
import type { TestContext } from 'node:test'

const NOBODY = 65_534

export async function asNobody(t: TestContext, act: () => Promise<void>): Promise<void> {
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0]
  const back = () => {
    process.seteuid?.(uid)
    process.setegid?.(gid)
  }
  t.after(back)
  process.setegid?.(NOBODY)
  process.seteuid?.(NOBODY)
  try {
    await act()
  } finally {
    back()
  }
}
