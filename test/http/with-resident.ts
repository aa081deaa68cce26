import { afterAll, beforeAll } from '@jest/globals';
import { newResident, type SandboxService, startSandboxService } from './sandbox-service.ts';

/** One service for the tests of a file, and a resident of its sandbox who belongs to them alone. */
export function withResident(use: (service: SandboxService, resident: string) => void): void {
  let service: SandboxService | undefined;
  beforeAll(async () => {
    service = await startSandboxService();
    use(service, await newResident(service));
  });
  afterAll(() => service?.stop());
}
