/**
 * Declares a list with its three documents, has customs hold it for inspection, asks for a return (which is refused:
 * nothing is released yet), and prints what became of it.
 *
 *     npm start -- documents.json
 *
 * The file holds {order, payment, waybill, declaration_list}. Settings: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,
 * CLEARWAY_TASK_QUEUE. Names and shapes are those of docs/contract.
 */
import { readFile } from 'node:fs/promises';
import {
  ApplicationFailure,
  Client,
  Connection,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowUpdateFailedError,
} from '@temporalio/client';

interface Document {
  kind: 'order' | 'payment' | 'waybill' | 'declaration_list';
  [field: string]: unknown;
}

interface DocumentSet {
  order: Document & { ebc_code: string; order_no: string };
  payment: Document & { pay_code: string };
  waybill: Document & { logistics_code: string };
  declaration_list: Document & { agent_code: string; trade_mode: string };
}

interface Problem {
  code: string;
  fields: { field: string; value: string | null }[];
  message_en: string;
  message_zh: string;
  remedy_en: string;
  remedy_zh: string;
}

interface Answer {
  accepted: boolean;
  workflow_id: string;
  state: string;
  detail: string;
  missing: string[];
  problems: Problem[];
}

interface Refusal {
  refused: string;
  problem?: Problem;
}

interface CaseView {
  state: string;
  detail: string;
  awaited: { who: string; what_en: string; what_zh: string; until: string | null }[];
  tax_due: string | null;
}

/** The workflow as its callers see it: what it is started with, what it returns when the list's life is over. */
type DeclarationList = (start: { key: { ebc_code: string; order_no: string } }) => Promise<CaseView>;

/** Opens the case if it is not open yet, and hands the list in with its documents: one round trip. */
async function declare(client: Client, taskQueue: string, set: DocumentSet): Promise<Answer> {
  const key = { ebc_code: set.order.ebc_code, order_no: set.order.order_no };
  const opening = new WithStartWorkflowOperation<DeclarationList>('DeclarationList', {
    args: [{ key }],
    workflowId: `declaration-list/${key.ebc_code}/${key.order_no}`,
    taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    staticSummary: `Order ${key.order_no} · ${set.declaration_list.trade_mode}`,
  });
  const handedIn = {
    declaration_list: set.declaration_list,
    sender: { code: set.declaration_list.agent_code },
    documents: [
      { document: set.order, sender: { code: set.order.ebc_code } },
      { document: set.payment, sender: { code: set.payment.pay_code } },
      { document: set.waybill, sender: { code: set.waybill.logistics_code } },
    ],
  };
  return client.workflow.executeUpdateWithStart<DeclarationList, Answer, [typeof handedIn]>('declare', {
    args: [handedIn],
    startWorkflowOperation: opening,
  });
}

/** Asks for a return; a refused update changes nothing and says why: the code as type, the problem as first detail. */
async function askForReturn(list: WorkflowHandle, actor: string): Promise<Answer | Refusal> {
  try {
    return await list.executeUpdate<Answer, [{ actor: string; reason: string }]>('request_return', {
      args: [{ actor, reason: 'the buyer changed their mind' }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)) throw error;
    return { refused: error.cause.type ?? 'E_REFUSED', problem: error.cause.details?.[0] as Problem };
  }
}

interface Story {
  answer: Answer;
  goodsReturn?: Answer | Refusal;
  view?: CaseView;
}

/** The story; what it returns is printed. */
async function tell(client: Client, taskQueue: string, set: DocumentSet): Promise<Story | Refusal> {
  let answer: Answer;
  try {
    answer = await declare(client, taskQueue, set);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    process.exitCode = 1; // the list's life is over, and its id is never used again
    return { refused: 'E_ALREADY_ENDED' };
  }
  if (!answer.accepted || answer.problems.length > 0) {
    process.exitCode = 1;
    return { answer };
  }
  const list = client.workflow.getHandle(answer.workflow_id);
  await list.signal('control_instruction', {
    instruction_id: `TS-${set.order.order_no}`.slice(0, 60),
    method: 'DOC_CHECK',
    issued_at: new Date().toISOString(),
    issuer: '2991',
  });
  const goodsReturn = await askForReturn(list, set.order.ebc_code);
  return { answer, goodsReturn, view: await list.query<CaseView>('view') };
}

async function main(file: string): Promise<void> {
  const set = JSON.parse(await readFile(file, 'utf8')) as DocumentSet;
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' });
  try {
    const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' });
    const story = await tell(client, process.env.CLEARWAY_TASK_QUEUE ?? 'clearway', set);
    console.log(JSON.stringify(story, null, 2));
  } finally {
    await connection.close();
  }
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: npm start -- documents.json');
  process.exitCode = 2;
} else {
  await main(file);
}
