/** "Did you mean", for whoever reads files; templates, which are filled elsewhere, ask the same of their names. */
export { edits, type Nearby, nearby } from '../../model/nearest.ts'
