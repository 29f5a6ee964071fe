const grave = ['high', 'critical'];

/**
 * What `npm audit --json` found out.
 * @param {string} output what it printed
 * @returns {{ passed: boolean, words: string }} passed too where the registry does not audit, as a
 *   mirror may not: what it says of that is in the words
 */
export function readAudit(output) {
  const report = parse(output);
  if (!report?.vulnerabilities) {
    const reason = firstLine(report?.message ?? report?.error?.summary);
    return {
      passed: true,
      words: `Nobody was asked about known weaknesses: ${reason || 'the registry does not answer'}.`,
    };
  }
  const found = Object.values(report.vulnerabilities).filter((it) => grave.includes(it.severity));
  return {
    passed: found.length === 0,
    words: found.flatMap(describe).join('\n') || 'No known weakness is high or critical.',
  };
}

/** Nothing of a package that only depends on a weak one: that one is described by itself. */
function describe({ name, severity, range, via }) {
  const advisories = via.filter((it) => typeof it === 'object');
  const lines = advisories.map(({ title, url }) => `  ${title} ${url}`);
  return lines.length === 0 ? [] : [`${name} ${range} (${severity})`, ...lines];
}

function parse(output) {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

const firstLine = (text) => `${text ?? ''}`.trim().split('\n', 1)[0];
