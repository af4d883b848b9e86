/** What a connector says, told to the user of a trigger: what happened and what to do. */
import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import { AuthenticationFailure, ConfigurationFailure, CrmError } from '../../../lib';

/** True if trying again will not help before somebody changes something. */
export function needsPerson(error: unknown): boolean {
	if (error instanceof CrmError) return !error.options.retryable;
	return error instanceof AuthenticationFailure || error instanceof ConfigurationFailure;
}

/** n8n shows only the message when an activation ends with it, so the advice is in the message, too. */
export function triggerError(
	context: Pick<ITriggerFunctions, 'getNode'>,
	crm: string,
	error: unknown,
): NodeOperationError {
	if (error instanceof NodeOperationError) return error;
	const { reason, advice } = explain(crm, error);
	const message = advice === undefined ? reason : `${reason} ${advice}`;
	return new NodeOperationError(context.getNode(), message, { description: advice });
}

function explain(crm: string, error: unknown): { reason: string; advice?: string } {
	if (error instanceof AuthenticationFailure) {
		return {
			reason: sentence(`${crm} did not accept the credential: ${error.message}`),
			advice: `Open the ${crm} credential, sign in again or correct it, and test it.`,
		};
	}
	if (error instanceof ConfigurationFailure) {
		return { reason: sentence(error.message), advice: sentence(error.hint) };
	}
	if (error instanceof CrmError) {
		const { hint } = error.options;
		const advice =
			hint ?? `Check what the user of the ${crm} credential may see, and the base address.`;
		return { reason: sentence(`${crm}: ${error.message}`), advice: sentence(advice) };
	}
	return { reason: sentence(error instanceof Error ? error.message : String(error)) };
}

function sentence(text: string): string {
	const trimmed = text.trim();
	return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
