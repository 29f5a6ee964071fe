import { describe, expect, it } from 'vitest';
import { readAudit } from '../scripts/test/auditReport.mjs';

const weakness = (severity: string) => ({
  name: 'left-pad',
  severity,
  range: '<1.3.1',
  via: ['another', { title: 'Pads too far', url: 'https://example.org/GHSA-1' }],
});
const report = (...severities: string[]) => {
  const dependent = { name: 'above', severity: severities.at(-1), range: '', via: ['left-pad'] };
  return JSON.stringify({ vulnerabilities: { ...severities.map(weakness), dependent } });
};

describe('the audit of what npm installed', () => {
  it('[AU1] fails on what is high or critical, and names it', () => {
    expect(readAudit(report('moderate', 'low')).passed).toBe(true);
    for (const severity of ['high', 'critical']) {
      expect(readAudit(report('low', severity))).toEqual({
        passed: false,
        words: `left-pad <1.3.1 (${severity})\n  Pads too far https://example.org/GHSA-1`,
      });
    }
  });

  it.each([
    ['{"message":"405 Method Not Allowed - POST https://r/","statusCode":405}', '405 Method Not'],
    ['{"error":{"code":"ENOTFOUND","summary":"request failed\\nmore"}}', 'request failed.'],
    ['', 'does not answer'],
    ['<html>', 'does not answer'],
  ])('[AU2] passes with a sentence where nobody answers: %s', (output, words) => {
    const audit = readAudit(output);
    expect(audit.passed).toBe(true);
    expect(audit.words).toMatch(/^Nobody was asked about known weaknesses: .+\.$/);
    expect(audit.words).toContain(words);
  });
});
