import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startSimulators } from '.';

test('the three hold the same people and answer on ports in a row', async () => {
	const probe = await startSimulators();
	const portBase = Number(new URL(probe.wealthbox.url).port);
	await probe.stop();
	const simulators = await startSimulators({ contacts: 30, portBase });
	try {
		const { wealthbox, redtail, salesforce } = simulators;
		const ports = [wealthbox, redtail, salesforce].map(({ url }) => Number(new URL(url).port));
		expect(ports).toEqual([portBase, portBase + 1, portBase + 2]);
		const emails = [wealthbox, redtail, salesforce].map(
			({ people }) =>
				new Set(
					people.list().flatMap(({ emails: all }) => all.map((e) => e.address.toLowerCase())),
				),
		);
		const [inWealthbox = new Set(), ...others] = emails;
		for (const other of others) {
			expect([...inWealthbox].filter((email) => other.has(email)).length).toBeGreaterThan(5);
		}
		await expect(startSimulators({ portBase })).rejects.toThrow(/EADDRINUSE/);
	} finally {
		await simulators.stop();
	}
});

test('the command prints one JSON line and ends on SIGTERM', async () => {
	const tsx = require.resolve('tsx/cli');
	const command = [tsx, join(__dirname, 'cli.ts'), '--contacts', '6', '--port-base', '0'];
	const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
	try {
		const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
		const { wealthbox, redtail, salesforce } = JSON.parse(line) as Record<
			string,
			{ url: string; page: string; credentials: Record<string, string> }
		>;
		for (const started of [wealthbox, redtail, salesforce]) {
			expect((await fetch(started?.page ?? '')).status).toBe(200);
		}
		const headers = { ACCESS_TOKEN: wealthbox?.credentials.accessToken ?? '' };
		expect((await fetch(`${wealthbox?.url}/me`, { headers })).status).toBe(200);
		child.kill('SIGTERM');
		expect(await once(child, 'exit')).toEqual([0, null]);
	} finally {
		child.kill('SIGKILL');
	}
}, 30_000);
