// Reads a scenario file: its lines, scenarios, heads and blocks. What a statement may say is decided
// in statement.js.
'use strict';
const { Complaint } = require('./value.js');
const { readStatement, opensBlock, Scope } = require('./statement.js');

const CLAUSE = /^[A-Z][A-Z0-9]*-\d+$/;
const HEADS = new Set(['clauses', 'differs', 'later', 'not', 'global', 'loopback']);

/** Lines that say something, with their number and depth. */
function linesOf(text, complain) {
  const lines = [];
  text.split('\n').forEach((raw, index) => {
    const number = index + 1;
    const body = raw.replace(/[ \r]+$/, '');
    const said = body.trimStart();
    const blanks = body.length - said.length;
    if (raw.includes('\t')) complain(number, 'tabs are not allowed');
    else if (said === '' || said[0] === '#') return;
    else if (blanks % 2 !== 0) complain(number, 'indentation is in steps of two blanks');
    else lines.push({ number, depth: blanks / 2, text: said });
  });
  return lines;
}

function readIds(scenario, kind, ids) {
  if (ids.length === 0) throw new Complaint(`"${kind}" names at least one clause`);
  for (const id of ids) if (!CLAUSE.test(id)) throw new Complaint(`"${id}" is no clause`);
  scenario[kind].push(...ids);
  if (scenario.clauses.length > 5) throw new Complaint('a scenario shows at most five clauses');
}

function readHead(scenario, line) {
  const [kind, ...rest] = line.text.split(/ +/);
  switch (kind) {
  case 'clauses':
  case 'later':
    readIds(scenario, kind, rest);
    break;
  case 'differs':
    if (!/^differs +\S+ +[-+] +\S/.test(line.text)) {
      throw new Complaint('after "differs" come an entry, "-" or "+", and a line');
    }
    break;
  case 'not':
    if (rest.length < 2) throw new Complaint('after "not" come a backend and the reason');
    scenario.not.set(rest[0], rest.slice(1).join(' '));
    break;
  default:
    if (rest.length > 0) throw new Complaint(`nothing comes after "${kind}"`);
    scenario[kind] = true; // "loopback" is for the simulator.
  }
}

class Reader {
  constructor(file, text) {
    this.file = file;
    this.complaints = [];
    this.complain = (line, what) => this.complaints.push({ line, what });
    this.lines = linesOf(text, this.complain);
    this.at = 0;
  }

  /** Complains of what `read` throws, and goes on. */
  guard(line, read) {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Complaint)) throw error;
      this.complain(line.number, error.message);
      return null;
    }
  }

  /** The statements of a block whose lines stand at `depth`. */
  readBlock(depth, scope) {
    const statements = [];
    while (this.at < this.lines.length && this.lines[this.at].depth >= depth) {
      const line = this.lines[this.at++];
      if (line.depth > depth) {
        this.complain(line.number, 'this line is indented too far');
        continue;
      }
      if (HEADS.has(line.text.split(' ')[0])) {
        this.complain(line.number, 'heads come before the statements');
        continue;
      }
      const statement = this.guard(line, () => readStatement(line, scope));
      const body = this.readBodyOf(line, statement, depth + 1, scope);
      if (statement) statements.push(body ? { ...statement, body } : statement);
    }
    return statements;
  }

  readBodyOf(line, statement, depth, scope) {
    const follows = this.at < this.lines.length && this.lines[this.at].depth >= depth;
    if (!statement) return follows ? this.readBlock(depth, scope) : null;
    const opens = opensBlock(statement);
    if (opens === 'never') return null;
    if (follows) return this.readBlock(depth, scope);
    if (opens === 'always') this.complain(line.number, 'a block has no statements');
    return null;
  }

  readScenario(line) {
    const title = line.text.slice('scenario'.length).trim();
    if (title === '') this.complain(line.number, 'a scenario has a title');
    const scenario = { title, file: this.file, line: line.number, clauses: [], later: [],
      not: new Map(), global: false, statements: [] };
    while (this.at < this.lines.length && this.lines[this.at].depth === 1 &&
           HEADS.has(this.lines[this.at].text.split(' ')[0])) {
      const head = this.lines[this.at++];
      this.guard(head, () => readHead(scenario, head));
    }
    const scope = new Scope();
    const before = this.complaints.length;
    scenario.statements = this.readBlock(1, scope);
    // What is wrong already explains why nothing is there or a name is not used.
    if (this.complaints.length === before) this.checkWhole(scenario, scope);
    Object.assign(scenario, { timed: scope.timed, alone: scope.alone });
    return scenario;
  }

  checkWhole(scenario, scope) {
    if (scenario.statements.length === 0) this.complain(scenario.line, 'a scenario has no statements');
    for (const { name, line } of scope.unused()) this.complain(line, `"${name}" is never used`);
  }

  read() {
    const scenarios = [];
    const titles = new Set();
    while (this.at < this.lines.length) {
      const line = this.lines[this.at++];
      if (line.depth !== 0 || !/^scenario( |$)/.test(line.text)) {
        this.complain(line.number, 'a scenario begins with "scenario" and its title');
        continue;
      }
      const scenario = this.readScenario(line);
      if (titles.has(scenario.title)) {
        this.complain(line.number, `there are two scenarios "${scenario.title}"`);
      }
      titles.add(scenario.title);
      scenarios.push(scenario);
    }
    return scenarios;
  }
}

/**
 * Reads the text of a file.
 * @returns {{scenarios: object[], complaints: {line: number, what: string}[]}}
 */
function parse(file, text) {
  const reader = new Reader(file, text);
  const scenarios = reader.read();
  reader.complaints.sort((a, b) => a.line - b.line);
  return { scenarios, complaints: reader.complaints };
}

module.exports = { parse };
