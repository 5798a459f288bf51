import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createProgram } from '../program.ts';

const scriptFor = async (shell: string): Promise<string> => {
  const lines: string[] = [];
  const signal = new AbortController().signal;
  const io = { env: {}, signal, ppid: () => 1, say: (line: string) => void lines.push(line), complain: () => {} };
  await createProgram(io).parseAsync(['completion', shell], { from: 'user' });
  return lines.join('\n');
};

/** Runs the script in the shell itself, then asks it for each of the lines. */
const ASK = `
ask() { COMP_LINE=$1 COMP_POINT=\${#1} COMPREPLY=(); _privet; printf '%s ' "\${COMPREPLY[@]}"; echo; }
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
complete -p privet
privet() { [[ $* == 'instance list --json' ]] && printf '{"id":"Instance:1","name":"%s"}\\n' shop '$(echo kiosk-of-mine)' kiosk; }
PRIVET_TOKEN=some
`;

const hasShell = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

test.runIf(hasShell('bash'))('bash completes commands, options, fields and values by it', async () => {
  const lines: (readonly [string, RegExp])[] = [
    ['privet ', /^serve instance pair privacy .* version help $/],
    ['privet inst', /^instance $/],
    ['privet instance ', /^list create pair start stop unlink delete restore $/],
    ['privet instance pair --', /^--url --token --token-file --json --table --phone --create --help $/],
    ['privet privacy set shop ', /^last-seen= status= profile= online= .* stickers= $/],
    ['privet privacy set shop call-add=all last', /^last-seen= $/],
    // What readline puts behind the "=".
    ['privet privacy set shop last-seen=', /^all contacts contact-blacklist none $/],
    ['privet privacy set shop last-seen=con', /^contacts contact-blacklist $/],
    ['privet privacy set shop --on-failure ', /^continue rollback stop $/],
    ['privet privacy --help set shop --url http://x on', /^online= $/],
    ['privet exclusions add shop ', /^group-add last-seen profile status $/],
    ['privet exclusions add shop profile ', /^ $/],
    ['privet instance stop ', /^shop kiosk $/],
    ['privet privacy get k', /^kiosk $/],
    ['privet instance create ', /^ $/],
    ['privet completion ', /^bash zsh fish $/],
    ['privet backup /et', /^\/etc $/],
    ['privet instance list --token-file /et', /^\/etc $/],
    ['privet nope ', /^serve instance /],
  ];
  const asked = lines.map(([line]) => `ask '${line}'`).join('\n');
  const input = `${await scriptFor('bash')}\n${ASK}${asked}\n`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-s'], { input, encoding: 'utf8' });
  const [registered, ...answers] = stdout.trimEnd().split('\n');
  expect([status, stderr, registered]).toEqual([0, '', 'complete -F _privet privet']);
  expect(answers).toEqual(lines.map(([, answer]) => expect.stringMatching(answer) as unknown));
});

// Asking zsh takes a terminal of its own: its syntax, and what is in it.
test('zsh is told the same, with what each is', async () => {
  const script = await scriptFor('zsh');
  expect(script).toMatch(/^#compdef privet\n[^]*'pair:Links an instance to a phone, /);
  if (hasShell('zsh'))
    expect(spawnSync('zsh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test('fish completes by it, where there is one', async () => {
  const script = await scriptFor('fish');
  expect(script).toContain(`complete -c privet -n '__privet_at "privet privacy set"' -a 'last-seen=all `);
  if (!hasShell('fish')) return;
  const privet = `function privet; echo '{"id":"Instance:1","name":"shop"}'; end; set PRIVET_TOKEN some`;
  const input = `${script}\n${privet}\ncomplete -C 'privet privacy get s'\ncomplete -C 'privet instance pa'\ncomplete -C 'privet privacy set shop --on-failure r'\n`;
  const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', input], { encoding: 'utf8' });
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^shop\npair\tLinks .*\nrollback(\t.*)?\n$/), '']);
});
