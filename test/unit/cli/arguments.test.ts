import { parseCommand, UsageError } from '../../../lib/cli/arguments';

const URL = 'postgresql://me:secret@db:5432/n8n?schema=s';

test('the store comes from the option, or from the environment', () => {
	expect(parseCommand(['info', '--store', '/a/b.db'], {})).toMatchObject({
		name: 'info',
		store: { type: 'sqlite', path: '/a/b.db' },
		isPasswordVisible: false,
	});
	expect(parseCommand(['info'], { CRM_FABRIC_STORE: URL })).toMatchObject({
		store: { type: 'postgres', connectionString: URL },
		isPasswordVisible: false,
	});
	const env = { CRM_FABRIC_STORE: '/from/env.db' };
	expect(parseCommand(['info', '--store', URL], env)).toMatchObject({
		store: { type: 'postgres' },
		isPasswordVisible: true,
	});
	expect(parseCommand(['info', '--store', 'postgres://me@db/n8n'], {})).toMatchObject({
		isPasswordVisible: false,
	});
});

test('a relative path is meant from here', () => {
	const command = parseCommand(['backup', '--store', 'a.db', '--to', 'f'], {});
	expect(command?.store).toEqual({ type: 'sqlite', path: `${process.cwd()}/a.db` });
});

test.each([[[]], [['help']], [['--help']], [['backup', '--help']]])('help: %j', (args) => {
	expect(parseCommand(args, {})).toBeUndefined();
});

test.each([
	[['info'], '--store STORE is missing'],
	[['info', '--store', ''], '--store STORE is missing'],
	[['backup', '--store', 'a'], '--to FILE is missing'],
	[['restore', '--store', 'a'], '--from FILE is missing'],
	[['vacuum', '--store', 'a'], 'no command "vacuum"'],
	[['info', 'more', '--store', 'a'], '"more" is too much'],
	[['info', '--stroe', 'a'], '--stroe'],
])('%j is not understood', (args, message) => {
	expect(() => parseCommand(args, {})).toThrow(UsageError);
	expect(() => parseCommand(args, {})).toThrow(message);
});

test('a backup is verified without a store', () => {
	expect(parseCommand(['verify', '--backup', 'f'], {})).toMatchObject({
		name: 'verify',
		backup: 'f',
	});
});
