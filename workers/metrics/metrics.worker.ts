import { createMetricsHandlers, fetchWordNet, type MetricsApi } from './handlers.ts';
import { serve } from '../../src/rpc/server.ts';

serve<MetricsApi>(createMetricsHandlers(fetchWordNet));
