import type { Routes } from '../../platform/http/app.ts';
import { replyWith } from '../../platform/http/reply.ts';
import { callerOf } from '../caller-of-call.ts';
import type { Caller } from '../tenants/caller.ts';
import type { SubjectService } from './service.ts';
import type { RelationRequest } from './wire.ts';

/** /jpki/subjects. Requests have the documented shape when they arrive here. */
export function subjectRoutes(subjects: SubjectService): Routes<Caller> {
  return {
    listSubjects: async (call) => replyWith(200, await subjects.list(callerOf(call), call.query, call.requestId)),
    readSubject: async (call) =>
      replyWith(200, await subjects.read(callerOf(call), call.path.id as string, call.requestId)),
    endRelation: async (call) => {
      const id = call.path.id as string;
      return replyWith(
        200,
        await subjects.endRelation(callerOf(call), id, call.body as RelationRequest, call.requestId),
      );
    },
    deleteSubject: async (call) =>
      replyWith(200, await subjects.delete(callerOf(call), call.path.id as string, call.requestId)),
  };
}
