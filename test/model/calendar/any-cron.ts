/** Calendar expressions of any kind, all of which come within a few years. */
import fc from 'fast-check'

const anyField = (least: number, most: number, names: readonly string[] = []): fc.Arbitrary<string> => {
  const number = fc.integer({ min: least, max: most })
  const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
  const step = fc.integer({ min: 1, max: Math.max(1, Math.floor(most / 2)) })
  const item = fc.oneof(
    number.map(String),
    range,
    fc.tuple(range, step).map(([text, by]) => `${text}/${by}`),
    step.map((by) => `*/${by}`),
    ...(names.length === 0 ? [] : [fc.constantFrom(...names)]),
  )
  const list = fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','))
  return fc.oneof({ weight: 2, arbitrary: fc.constant('*') }, { weight: 3, arbitrary: list })
}

const anyDay = fc.oneof(fc.constant('*'), fc.constantFrom('1-7', '*/2', '8-14', '25-31', '1,15,28', '29-31/2'))
const anyMonth = fc.oneof(
  { weight: 4, arbitrary: fc.constant('*') },
  { weight: 1, arbitrary: anyField(1, 12, ['jan', 'March', 'OCT', 'december']) },
)
const anyWeekday = fc.oneof(
  { weight: 2, arbitrary: fc.constant('*') },
  { weight: 1, arbitrary: anyField(0, 7, ['sun', 'Mon', 'SATURDAY', 'tue-thu']) },
)

export const anyCron: fc.Arbitrary<string> = fc
  .tuple(anyField(0, 59), anyField(0, 23), anyDay, anyMonth, anyWeekday)
  .map((fields) => fields.join(' '))
