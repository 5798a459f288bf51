const QUERY = `mutation {
  updatePrivacy(
    instance: "demo"
    input: { visibility: { lastSeen: NONE, profile: CONTACTS }, permissions: { groupAdd: CONTACTS } }
  ) {
    settings { visibility { lastSeen status profile online } permissions { groupAdd } observedAt }
    outcomes { field previous current result }
    failures { field code message }
    stanzas
  }
}`;

export interface BrowserOptions {
  readonly url: string;
  readonly token: string;
  /** The port that was wanted, where somebody else has it. */
  readonly taken: number | undefined;
  /** Whether simulated phones scan what is shown. */
  readonly scans: boolean;
}

/** The one address that is needed; its page takes the token out of it. */
export const forBrowser = ({ url, token, taken, scans }: BrowserOptions): string => `
Privet runs, with a simulated WhatsApp and one linked instance named "demo". Open in a browser:

  ${url}/#token=${token}

${taken === undefined ? '' : `Port ${taken} was taken, so it is ${new URL(url).port}.\n`}\
${scans ? 'A QR code that you are shown there is scanned by a simulated phone, after a few seconds.\n' : ''}`;

export const BESIDE = 'What to do from a shell: npm run demo -- --shell\n';

export const ENDING = 'Ctrl-C ends it and leaves nothing behind.\n';

export interface ShellOptions {
  readonly url: string;
  readonly token: string;
  /** Numbers of people on the simulated WhatsApp. */
  readonly contacts: readonly string[];
  /** The URL of the phone's account, at the simulator's control port. */
  readonly phone: string;
}

export const forShell = ({ url, token, contacts, phone }: ShellOptions): string => `
  Playground   ${url}/graphql
  Token        ${token}
  Contacts     ${contacts.join(', ')}

In the playground click into the empty "Headers" editor, below the query, and paste

{ "Authorization": "Bearer ${token}" }

Then put this in place of the query there (click, Ctrl+A, paste), and run it by the button:

${QUERY}

What streams tell of: a change that is made on the simulated phone, from a shell

curl -s ${phone}/privacy -d '{ "category": "last", "value": "contacts" }'

`;
