/** look.ts for real servers alone: small enough to start quickly in a slow guest. */
import { realFindings } from '../../src/doctor/real/real.ts'
import { type RealWords, realQuestions } from '../../src/doctor/real/subject.ts'
import { readFacts } from '../../src/edge/facts/facts.ts'

const words: RealWords = JSON.parse(process.argv[2] ?? '')
process.stdout.write(JSON.stringify(realFindings(words, readFacts(realQuestions(words)))))
