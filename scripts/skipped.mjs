/** Words for what was skipped: each reason with its tests, and the one command that provides all that is missing. */

/** How needs() in test/needs.ts words missing Debian packages; the names follow, separated by spaces. */
const PACKAGES = /needs Debian package\(s\): ([a-z0-9.+ -]+)/

/** `skips` are `{ file, title, text }`, at least one. */
export function skipped(skips) {
  const lines = [`Skipped ${skips.length}:`]
  for (const reason of new Set(skips.map(({ text }) => text))) {
    lines.push(`  ${reason}`)
    for (const { file, title, text } of skips) if (text === reason) lines.push(`    ${file}: ${title}`)
  }
  const command = remedy(skips.map(({ text }) => text))
  if (command !== null) lines.push('', `To run them as well: ${command}`)
  return lines.join('\n')
}

/** `null` where no command helps. */
function remedy(texts) {
  const packages = [...new Set(texts.flatMap((text) => PACKAGES.exec(text)?.[1].trim().split(' ') ?? []))].sort()
  const parts = texts.flatMap((text) => text.split('; '))
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '
  const settings = parts.some((part) => part.startsWith('needs UPALERT_CORPUS')) ? 'UPALERT_CORPUS=DIRECTORY ' : ''
  const rerun = `${parts.includes('needs root') ? sudo : ''}${settings}npm test`
  const steps = packages.length > 0 ? [`${sudo}apt-get install -y ${packages.join(' ')}`] : []
  if (parts.some((part) => part.includes('run npm ci'))) steps.push('npm ci')
  if (steps.length === 0 && rerun === 'npm test') return null
  return [...steps, rerun].join(' && ')
}
