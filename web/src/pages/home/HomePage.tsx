import { SimpleGrid, Skeleton, Stack } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { texts } from "@/texts";
import { Answer } from "@/ui/Answer";
import { PageHeader } from "@/ui/PageHeader";
import { ChangesPanel } from "./ChangesPanel";
import { Figures } from "./Figures";
import { FirstSteps } from "./FirstSteps";
import { FreshnessPanel } from "./FreshnessPanel";
import { IngestPanel } from "./IngestPanel";
import { QualityPanel } from "./QualityPanel";
import { type Overview, useOverview } from "./questions";
import { Verdict } from "./Verdict";

const said = texts.home;

/** Whether the lake is well, in one look. */
export function HomePage() {
  const { hours = 24 } = useSearch({ from: "/" });
  const navigate = useNavigate({ from: "/" });
  const question = useOverview(hours);
  return (
    <>
      <PageHeader title={said.title} />
      <Answer
        question={question}
        loading={<Loading />}
        empty={{ when: isEmpty, show: <FirstSteps /> }}
      >
        {(overview) => (
          <Stack gap="md">
            <Verdict overview={overview} />
            <Figures overview={overview} />
            <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
              <Stack gap="md" miw={0}>
                <ChangesPanel
                  overview={overview}
                  hours={hours}
                  choose={(chosen) =>
                    void navigate({ search: { hours: chosen as 24 }, replace: true })
                  }
                />
                <QualityPanel overview={overview} />
              </Stack>
              <Stack gap="md" miw={0}>
                <FreshnessPanel overview={overview} />
                <IngestPanel overview={overview} />
              </Stack>
            </SimpleGrid>
          </Stack>
        )}
      </Answer>
    </>
  );
}

function isEmpty(overview: Overview): boolean {
  const { has_records, has_lineage, ingest, refused_events } = overview;
  return !has_records && !has_lineage && ingest.quarantined === 0 && refused_events === 0;
}

function Loading() {
  return (
    <Stack gap="md" role="status" aria-busy aria-label={texts.shared.loading}>
      <Skeleton height={90} />
      <Skeleton height={84} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Skeleton height={300} />
        <Skeleton height={300} />
      </SimpleGrid>
    </Stack>
  );
}
