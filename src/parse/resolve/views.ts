/** `view` and `alias` blocks -> View, Alias: what clients may restrict their lists to, and text for them. mon manual, "View Definitions". */
import type { Alias, View } from '../../model/model.ts'
import type { AliasBlock, MonFile } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { WrittenServices } from './dependencies.ts'

/** A second view of one name replaces the first. */
export function resolveViews({ views, watches }: MonFile, services: WrittenServices, report: Report): View[] {
  const groups = new Set(watches.map(({ name }) => name.text))
  const found = new Map<string, { readonly view: View; readonly name: Slice }>()
  for (const { name, members } of views) {
    const before = found.get(name.text)
    if (before !== undefined) {
      const message = `view ${quoted(name.text)} is defined in line ${placeOfSlice(before.name).line} already`
      report.warning('view-again', spanOf(name), message, 'this later one counts, with its members only')
    }
    for (const member of members) reportMember(member, groups, services, report)
    found.set(name.text, { name, view: { name: name.text, members: [...new Set(members.map(({ text }) => text))] } })
  }
  return [...found.values()].map(({ view }) => view)
}

function reportMember(member: Slice, groups: ReadonlySet<string>, services: WrittenServices, report: Report): void {
  const { text } = member
  const colon = text.indexOf(':')
  if (colon < 0 ? groups.has(text) : services.has(`${text.slice(0, colon)}/${text.slice(colon + 1)}`)) return
  const known = colon < 0 ? groups : services.keys()
  const nearest = report.nearest(colon < 0 ? text : text.replace(':', '/'), known)
  const hint =
    nearest === null
      ? 'members are watches, and services as group:service'
      : `did you mean ${nearest.replace('/', ':')}?`
  report.warning('view-unknown', spanOf(member), `nothing is watched as ${quoted(text)}: it shows nothing`, hint)
}

/** The lines of several blocks of one name follow each other. One without lines is not there, as in mon. */
export function resolveAliases(blocks: readonly AliasBlock[]): Alias[] {
  const lines = new Map<string, string[]>()
  for (const block of blocks) {
    if (block.lines.length === 0) continue
    const former = lines.get(block.name.text) ?? []
    for (const line of block.lines) former.push(line)
    lines.set(block.name.text, former)
  }
  return [...lines].map(([name, all]) => ({ name, lines: all }))
}
