import { isAbsolute } from 'node:path';
import { NodeOperationError } from 'n8n-workflow';
import { BackupError, backupStore, openBackend } from '../../../lib';
import { STORE_CREDENTIAL, storeLocation } from '../../shared/store';
import { requiredText, type ItemOperation, type OperationCall } from '../operation';

/** Big stores take a while; a statement is not cut off. */
const NO_TIMEOUT = 0;

/** Writes the whole store to one file while it stays in use. */
export const create: ItemOperation = {
	option: {
		name: 'Create',
		value: 'create',
		description: 'Write the whole store to a file while the workflows go on',
		action: 'Create a backup',
	},
	properties: [
		{
			displayName:
				'The file holds client data: keep it as safe as the CRMs. It is restored on the command line: see the documentation, Recovery.',
			name: 'backupNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'File Path',
			name: 'backupFile',
			type: 'string',
			default: '',
			required: true,
			placeholder:
				'e.g. /home/node/.n8n-files/crm-fabric-{{ $now.toFormat("yyyy-LL-dd-HHmm") }}.backup',
			description:
				'Absolute path of the file to write, on the machine on which n8n runs. Its folder must exist, the file must not: no backup is overwritten.',
		},
	],

	async forItem(call) {
		const file = requiredText(call, 'backupFile', 'File Path', 'Give the path of a new file.');
		if (!isAbsolute(file)) throw notAbsolute(call, file);
		const credentials = await call.node.getCredentials(STORE_CREDENTIAL);
		const location = storeLocation(credentials);
		try {
			await requireAllowed(call, file);
			const backend = await openBackend(location, { statementTimeoutMs: NO_TIMEOUT });
			return [{ ...(await backupStore(backend, file)) }];
		} catch (error) {
			throw failure(call, file, error);
		}
	},
};

function notAbsolute({ node, index }: OperationCall, file: string): NodeOperationError {
	return new NodeOperationError(
		node.getNode(),
		`'File Path' must be absolute, but is "${file}" [item ${index}]`,
		{ itemIndex: index, description: 'Enter the whole path, beginning at the root.' },
	);
}

/** Whoever runs this n8n says where its nodes may read and write. */
async function requireAllowed({ node, index }: OperationCall, file: string): Promise<void> {
	const { resolvePath, isFilePathBlocked } = node.helpers;
	if (!isFilePathBlocked(await resolvePath(file))) return;
	throw new NodeOperationError(node.getNode(), `n8n may not write to ${file} [item ${index}]`, {
		itemIndex: index,
		description:
			'Choose a folder that the environment variable N8N_RESTRICT_FILE_ACCESS_TO of n8n names, or let it name this one.',
	});
}

const ADVICE: Record<string, string> = {
	ENOENT: 'Make the folder first; in Docker it must be one that the container sees.',
	EACCES: 'Let the user that runs n8n write into the folder.',
	EPERM: 'Let the user that runs n8n write into the folder.',
	EROFS: 'The disk cannot be written to. Choose another folder.',
	ENOSPC: 'The disk is full. Make room, or choose another one.',
};

function failure({ node, index }: OperationCall, file: string, error: unknown): NodeOperationError {
	if (error instanceof NodeOperationError) return error;
	const code =
		typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
	const told = error instanceof Error ? error.message : String(error);
	const message =
		error instanceof BackupError || !(code in ADVICE)
			? told.replace(/\.$/, '')
			: `The backup cannot be written to ${file} (${code})`;
	return new NodeOperationError(node.getNode(), `${message} [item ${index}]`, {
		itemIndex: index,
		description: ADVICE[code],
	});
}
