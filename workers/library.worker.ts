import type { LibraryApi } from '../src/engine/worker/library-api.ts';
import { libraryHandlers } from '../src/engine/worker/library-handlers.ts';
import { serve } from '../src/rpc/server.ts';

serve<LibraryApi>(libraryHandlers());
