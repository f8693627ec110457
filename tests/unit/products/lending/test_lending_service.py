"""From application to loan, on the sandbox's tax office and a real ledger."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.unit.products.lending.conftest import (
    AT,
    Customer,
    Office,
    activate_model,
    actor_for,
    attempt,
    deactivate_models,
    download,
    events_of,
    features_of,
    firm_book,
    grant,
    jobs_of,
    kinds,
    new_customer,
    withdraw,
)
from tongbao.core.accounts import service as accounts
from tongbao.core.agreements import service as agreements
from tongbao.core.ledger import service as ledger
from tongbao.core.parties import service as parties
from tongbao.core.sources import service as sources
from tongbao.infra.db import Database, WriteSession
from tongbao.kernel.ids import new_id
from tongbao.kernel.money import Money
from tongbao.products.lending import service
from tongbao.products.lending.domain.application import ATTEMPT_PAUSES
from tongbao.products.lending.domain.decision import hard_rules
from tongbao.products.lending.domain.policy import IN_USE
from tongbao.products.lending.service import State, processing


def cny(amount: str) -> Money:
    return Money.parse(amount, "CNY")


async def apply(tx: WriteSession, customer: Customer, **facts: object) -> service.Application:
    request = {
        "account_id": customer.account.id,
        "applied_by": customer.actor,
        "at": AT,
        **facts,
    }
    return await service.apply(tx, **request)  # type: ignore[arg-type]


async def way(tx: WriteSession, application: service.Application) -> list[str]:
    return [step.to_state.value for step in await service.steps(tx, application.id)]


async def decided(
    tx: WriteSession, office: Office, code: str | None = None, **facts: object
) -> tuple[Customer, service.Application, service.Decision]:
    await activate_model(tx)
    customer = await new_customer(tx, code or kinds().good[0])
    application = await apply(tx, customer, **facts)
    application = await attempt(tx, application.id, office.gateway())
    decision = await service.decision(tx, application)
    assert decision is not None
    return customer, application, decision


class TestApplying:
    async def test_the_same_connection_takes_many_applications(self, tx: WriteSession) -> None:
        """After some executions the statements are prepared, and parameters no constants."""
        taken = 0
        for firm in firm_book().firms:
            if not await parties.find_by_registration_number(tx, firm.registration_number):
                application = await apply(tx, await new_customer(tx, firm.code))
                assert application.state is State.SUBMITTED
                taken += 1
            if taken == 15:
                return
        pytest.fail("too few firms that nobody else made a customer")

    async def test_an_application_is_stored_with_its_job_and_event(self, tx: WriteSession) -> None:
        customer = await new_customer(tx, kinds().good[0])
        application = await apply(tx, customer, requested=cny("500000.00"), term_months=6)
        assert application.state is State.SUBMITTED
        assert application.requested == cny("500000.00")
        assert await service.get(tx, application.id) == application
        assert await way(tx, application) == ["submitted"]
        assert await jobs_of(tx, application.id) == [("lending.process", None)]
        assert await events_of(tx, application.id) == ["lending.application_submitted"]

    async def test_a_second_one_while_the_first_is_open_is_a_conflict(
        self, tx: WriteSession
    ) -> None:
        customer = await new_customer(tx, kinds().good[0])
        first = await apply(tx, customer)
        with pytest.raises(service.ApplicationOpen):
            await apply(tx, customer)
        page = await service.list_applications(tx, among=[customer.party.id])
        assert [each.id for each in page.items] == [first.id]

    async def test_without_consent_nothing_is_stored(self, tx: WriteSession) -> None:
        customer = await new_customer(tx, kinds().good[0], consent=False)
        with pytest.raises(agreements.ConsentMissing):
            await apply(tx, customer)
        page = await service.list_applications(tx, among=[customer.party.id])
        assert page.items == []

    async def test_only_for_ones_own_account(self, tx: WriteSession) -> None:
        customer = await new_customer(tx, kinds().good[0])
        with pytest.raises(accounts.UnknownAccount):
            await apply(tx, customer, applied_by=actor_for(new_id()))
        with pytest.raises(accounts.UnknownAccount):
            await apply(tx, customer, account_id=new_id())

    async def test_not_into_a_foreign_currency_or_a_frozen_account(self, tx: WriteSession) -> None:
        abroad = await new_customer(tx, kinds().good[0], currency="USD")
        with pytest.raises(service.AccountNotUsable):
            await apply(tx, abroad)
        frozen = await new_customer(tx, kinds().capped[0])
        await freeze(tx, frozen)
        with pytest.raises(service.AccountNotUsable):
            await apply(tx, frozen)

    async def test_persons_have_no_invoices(self, tx: WriteSession) -> None:
        person = await parties.register_person(tx, name="张伟", at=AT)
        account = await accounts.open_account(tx, party_id=person.id, currency="CNY", at=AT)
        with pytest.raises(service.NotAnOrganisation):
            await service.apply(tx, account_id=account.id, applied_by=actor_for(person.id), at=AT)

    @pytest.mark.parametrize(
        "facts",
        [
            {"requested": cny("9999.99")},
            {"requested": cny("2000000.01")},
            {"requested": Money.parse("50000", "JPY")},
            {"requested": Money.zero("CNY")},
            {"term_months": 0},
            {"term_months": 13},
        ],
    )
    async def test_outside_the_product(self, tx: WriteSession, facts: dict[str, object]) -> None:
        customer = await new_customer(tx, kinds().good[0])
        with pytest.raises(service.RequestOutOfRange):
            await apply(tx, customer, **facts)


async def freeze(tx: WriteSession, customer: Customer) -> None:
    await tx.execute(
        text("UPDATE accounts_account SET status = 'frozen' WHERE id = :id"),
        {"id": customer.account.id},
    )
    tx.expire_all()


class TestDeciding:
    async def test_a_good_firm_is_approved_with_everything_stored(
        self, tx: WriteSession, office: Office
    ) -> None:
        customer, application, decision = await decided(tx, office)
        assert application.state is State.APPROVED
        assert application.offer_expires_at == AT + timedelta(days=7)
        assert decision.outcome is service.Outcome.APPROVED
        assert decision.limit == sum(
            (line.amount for line in decision.limit_lines), Money.zero("CNY")
        )
        assert decision.annual_rate is not None
        assert decision.record["policy_version"] == decision.policy_version
        assert len(decision.record["features"]) >= 12
        assert decision.record["assessment"]["model_id"] == str(decision.model_id)
        assert decision.record["data"]["fetch_id"] == str(decision.fetch_id)
        invoices = firm_book().invoices(kinds().good[0])
        assert decision.record["data"]["row_count"] == len(invoices)
        assert await way(tx, application) == ["submitted", "collecting", "approved"]
        assert await events_of(tx, application.id) == [
            "lending.application_submitted",
            "lending.application_decided",
        ]
        assert (await jobs_of(tx, application.id))[1:] == [
            ("lending.expire_offer", application.offer_expires_at)
        ]
        assert customer.party.id == application.party_id

    async def test_replay_is_equal_bit_for_bit(self, tx: WriteSession, office: Office) -> None:
        for code in (kinds().good[0], kinds().low_grade[0], kinds().against_the_rules[0]):
            _, _, decision = await decided(tx, office, code)
            await deactivate_models(tx)  # the model of the time is used, active or not
            tx.expunge_all()
            replay = await service.replay(tx, decision.id)
            assert replay.recomputed
            assert (replay.equal, replay.differences) == (True, ())

    async def test_a_decision_changed_in_the_database_is_noticed(
        self, owner_url: str, office: Office
    ) -> None:
        """Even by somebody who may switch the guards off."""
        database = Database.connect(owner_url, pool_size=1)
        async with WriteSession(database.engine, expire_on_commit=False) as tx:
            _, _, decision = await decided(tx, office)
            await tx.execute(text("SET LOCAL session_replication_role = replica"))
            await tx.execute(
                text(
                    "UPDATE lending_decision SET record = replace(record::text,"
                    ' \'"exposure": "0.00"\', \'"exposure": "1.00"\')::json WHERE id = :id'
                ),
                {"id": decision.id},
            )
            replay = await service.replay(tx, decision.id)
            await tx.rollback()
        await database.close()
        assert not replay.equal

    async def test_an_unknown_decision_is_said_so(self, tx: WriteSession) -> None:
        with pytest.raises(service.UnknownDecision):
            await service.replay(tx, new_id())

    async def test_the_request_caps_the_offer(self, tx: WriteSession, office: Office) -> None:
        _, _, decision = await decided(tx, office, kinds().capped[0], requested=cny("123456.78"))
        assert decision.limit == cny("123000.00")

    async def test_a_low_grade_is_refused_with_its_assessment(
        self, tx: WriteSession, office: Office
    ) -> None:
        _, application, decision = await decided(tx, office, kinds().low_grade[0])
        assert application.state is State.REFUSED
        assert application.reason is not None
        assert application.reason.code == "lending.grade_too_low"
        assert decision.record["assessment"]["grade"] in {"D", "E"}
        assert decision.annual_rate is None
        assert await jobs_of(tx, application.id) == [("lending.process", None)]

    async def test_hard_rules_end_it_before_any_score(
        self, tx: WriteSession, office: Office
    ) -> None:
        _, application, decision = await decided(tx, office, kinds().against_the_rules[0])
        assert application.state is State.REFUSED
        failed = hard_rules(features_of(kinds().against_the_rules[0]), IN_USE)
        assert decision.reasons == failed != ()
        assert application.reason == failed[0]
        assert decision.record["assessment"] is None
        assert decision.model_id is None

    async def test_without_a_model_a_person_decides(self, tx: WriteSession, office: Office) -> None:
        await deactivate_models(tx)
        application = await apply(tx, await new_customer(tx, kinds().good[0]))
        application = await attempt(tx, application.id, office.gateway())
        assert application.state is State.REFERRED
        assert application.reason is not None
        assert application.reason.code == "lending.no_model"
        assert application.decision_id is not None
        assert (await service.replay(tx, application.decision_id)).equal

    async def test_a_model_of_other_features_is_no_model(
        self, tx: WriteSession, office: Office
    ) -> None:
        await activate_model(tx)
        await tx.execute(text("UPDATE rating_model SET feature_set = 'old/0' WHERE active"))
        tx.expire_all()
        application = await apply(tx, await new_customer(tx, kinds().good[0]))
        application = await attempt(tx, application.id, office.gateway())
        assert application.reason is not None
        assert application.reason.code == "lending.no_model"

    async def test_a_refused_firm_may_apply_again(self, tx: WriteSession, office: Office) -> None:
        customer, _, _ = await decided(tx, office, kinds().low_grade[0])
        assert (await apply(tx, customer)).state is State.SUBMITTED


class TestTrouble:
    async def test_an_office_that_is_down_makes_it_wait_and_then_goes_on(
        self, tx: WriteSession, office: Office
    ) -> None:
        await activate_model(tx)
        application = await apply(tx, await new_customer(tx, kinds().good[0]))
        await office.misbehave("down")
        application = await attempt(tx, application.id, office.gateway())
        assert application.state is State.WAITING
        assert application.next_attempt_at == AT + ATTEMPT_PAUSES[0]
        assert application.reason is not None
        assert application.reason.code == "lending.waiting_for_source"
        assert "自动重试" in application.reason.text.zh
        jobs = await jobs_of(tx, application.id)
        assert jobs[-1] == ("lending.process", application.next_attempt_at)
        await office.behave()
        later = AT + ATTEMPT_PAUSES[0]
        application = await attempt(tx, application.id, office.gateway(), at=later)
        assert application.state is State.APPROVED
        assert application.reason is None
        assert application.next_attempt_at is None

    async def test_an_office_that_is_slow_makes_it_wait(
        self, tx: WriteSession, office: Office
    ) -> None:
        application = await apply(tx, await new_customer(tx, kinds().good[0]))
        await office.misbehave("silent", seconds=1)
        application = await attempt(tx, application.id, office.impatient())
        assert application.state is State.WAITING

    async def test_it_gives_up_after_a_bounded_time(self, tx: WriteSession, office: Office) -> None:
        application = await apply(tx, await new_customer(tx, kinds().good[0]))
        await office.misbehave("down")
        at = AT
        for pause in ATTEMPT_PAUSES:
            application = await attempt(tx, application.id, office.gateway(), at=at)
            assert application.next_attempt_at == at + pause
            at += pause
        application = await attempt(tx, application.id, office.gateway(), at=at)
        assert application.state is State.REFUSED
        assert application.reason is not None
        assert application.reason.code == "lending.source_unavailable"
        decision = await service.decision(tx, application)
        assert decision is not None
        assert decision.fetch_id is None
        replay = await service.replay(tx, decision.id)
        assert (replay.equal, replay.recomputed) == (True, False)
        assert len(await jobs_of(tx, application.id)) == 1 + len(ATTEMPT_PAUSES)

    @pytest.mark.parametrize("kind", ["wrong_totals", "other_taxpayer", "garbage", "repeat_page"])
    async def test_what_cannot_be_true_goes_to_a_person(
        self, tx: WriteSession, office: Office, kind: str
    ) -> None:
        await activate_model(tx)
        application = await apply(tx, await new_customer(tx, kinds().good[0]))
        await office.misbehave(kind)
        application = await attempt(tx, application.id, office.gateway())
        assert application.state is State.REFERRED
        assert application.reason is not None
        assert application.reason.code == "lending.source_untrustworthy"
        fetched = await tx.scalar(
            text("SELECT count(*) FROM sources_fetch WHERE party_id = :id"),
            {"id": application.party_id},
        )
        assert fetched == 0

    async def test_a_firm_the_office_does_not_know_is_refused(
        self, tx: WriteSession, office: Office
    ) -> None:
        party = await parties.register_organisation(
            tx, name="无税务登记", registration_number="91310115MA3EJ44C37", at=AT
        )
        account = await accounts.open_account(tx, party_id=party.id, currency="CNY", at=AT)
        await grant(tx, party.id)
        application = await service.apply(
            tx, account_id=account.id, applied_by=actor_for(party.id), at=AT
        )
        application = await attempt(tx, application.id, office.gateway())
        assert application.state is State.REFUSED
        assert application.reason is not None
        assert application.reason.code == "lending.taxpayer_unknown"

    async def test_an_access_that_is_refused_goes_to_a_person(self, tx: WriteSession) -> None:
        application = await apply(tx, await new_customer(tx, kinds().good[0]))
        begun = await processing.begin(tx, application_id=application.id, at=AT)
        assert begun is not None
        refusal = sources.SourceAccessRefused(source=sources.VAT_INVOICES)
        await processing.finish(tx, attempt=begun, received=refusal, at=AT)
        application = await service.get(tx, application.id)
        assert application.state is State.REFERRED
        assert application.reason is not None
        assert application.reason.code == "lending.source_refused"

    async def test_data_that_the_rating_cannot_read_goes_to_a_person(
        self, tx: WriteSession, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tongbao.risk.rating.domain.invoices.INVOICES_MAX", 10)
        application = await apply(tx, await new_customer(tx, kinds().good[0]))
        application = await attempt(tx, application.id, office.gateway())
        assert application.state is State.REFERRED
        assert application.reason is not None
        assert application.reason.code == "lending.data_unusable"
        assert application.decision_id is not None
        assert (await service.replay(tx, application.decision_id)).equal

    async def test_a_consent_withdrawn_before_the_fetch_closes_it(self, tx: WriteSession) -> None:
        customer = await new_customer(tx, kinds().good[0])
        application = await apply(tx, customer)
        await withdraw(tx, customer.consent)
        assert await processing.begin(tx, application_id=application.id, at=AT) is None
        application = await service.get(tx, application.id)
        assert application.state is State.CLOSED
        assert application.reason is not None
        assert application.reason.code == "lending.consent_withdrawn"

    async def test_a_consent_withdrawn_during_the_fetch_closes_it_and_keeps_nothing(
        self, tx: WriteSession, office: Office
    ) -> None:
        await activate_model(tx)
        customer = await new_customer(tx, kinds().good[0])
        application = await apply(tx, customer)
        begun = await processing.begin(tx, application_id=application.id, at=AT)
        assert begun is not None
        received = await download(tx, begun.ticket, office.gateway())
        await withdraw(tx, customer.consent)
        await processing.finish(tx, attempt=begun, received=received, at=AT)
        application = await service.get(tx, application.id)
        assert application.state is State.CLOSED
        assert application.decision_id is None
        fetched = await tx.scalar(
            text("SELECT count(*) FROM sources_fetch WHERE party_id = :id"),
            {"id": customer.party.id},
        )
        assert fetched == 0

    async def test_a_consent_renewed_during_the_fetch_fetches_again(
        self, tx: WriteSession, office: Office
    ) -> None:
        await activate_model(tx)
        customer = await new_customer(tx, kinds().good[0])
        application = await apply(tx, customer)
        begun = await processing.begin(tx, application_id=application.id, at=AT)
        assert begun is not None
        received = await download(tx, begun.ticket, office.gateway())
        await withdraw(tx, customer.consent)
        await grant(tx, customer.party.id)
        await processing.finish(tx, attempt=begun, received=received, at=AT)
        assert (await service.get(tx, application.id)).state is State.WAITING
        again = await attempt(tx, application.id, office.gateway())
        assert again.state is State.APPROVED

    async def test_a_worker_that_comes_back_late_changes_nothing(
        self, tx: WriteSession, office: Office
    ) -> None:
        await activate_model(tx)
        application = await apply(tx, await new_customer(tx, kinds().good[0]))
        late = await processing.begin(tx, application_id=application.id, at=AT)
        assert late is not None
        received = await download(tx, late.ticket, office.gateway())
        second = await processing.begin(tx, application_id=application.id, at=AT)
        assert second is not None
        await processing.finish(tx, attempt=late, received=received, at=AT)
        assert (await service.get(tx, application.id)).state is State.COLLECTING
        received = await download(tx, second.ticket, office.gateway())
        await processing.finish(tx, attempt=second, received=received, at=AT)
        assert (await service.get(tx, application.id)).state is State.APPROVED
        await processing.finish(tx, attempt=second, received=received, at=AT)
        assert await way(tx, application) == ["submitted", "collecting", "collecting", "approved"]
        assert await processing.begin(tx, application_id=application.id, at=AT) is None

    async def test_a_person_has_the_data_collected_again_or_refuses(
        self, tx: WriteSession, office: Office
    ) -> None:
        await activate_model(tx)
        customer = await new_customer(tx, kinds().good[0])
        application = await apply(tx, customer)
        reviewer = new_id()

        async def review(verdict: str) -> service.Application:
            return await service.review(
                tx,
                application_id=application.id,
                verdict=verdict,  # type: ignore[arg-type]
                note="税务局已更正",
                reviewed_by=reviewer,
                at=AT,
            )

        with pytest.raises(service.IllegalTransition):
            await review("refuse")
        await office.misbehave("wrong_totals")
        await attempt(tx, application.id, office.gateway())
        again = await review("collect_again")
        assert (again.state, again.attempts) == (State.SUBMITTED, 0)
        await attempt(tx, application.id, office.gateway())
        refused = await review("refuse")
        assert refused.state is State.REFUSED
        assert refused.reason is not None
        assert refused.reason.text.zh == "税务局已更正"
        steps = await service.steps(tx, application.id)
        assert steps[-1].by == reviewer


class TestAccepting:
    async def accept(
        self,
        tx: WriteSession,
        customer: Customer,
        application: service.Application,
        amount: str | Money = "300000.00",
        **facts: object,
    ) -> service.Loan:
        acceptance = {
            "application_id": application.id,
            "amount": cny(amount) if isinstance(amount, str) else amount,
            "accepted_by": customer.actor,
            "at": AT,
            **facts,
        }
        return await service.accept(tx, **acceptance)  # type: ignore[arg-type]

    async def test_agreement_loan_and_money_come_together(
        self, tx: WriteSession, office: Office
    ) -> None:
        customer, application, decision = await decided(tx, office)
        loan = await self.accept(tx, customer, application)
        assert loan.principal == cny("300000.00")
        assert loan.annual_rate == decision.annual_rate
        assert loan.matures_on.isoformat() == "2027-11-21"
        balance = await accounts.balance(tx, customer.account.id)
        assert balance.available == cny("300000.00")
        held = await service.loan(tx, loan.id)
        assert (held.loan, held.outstanding) == (loan, cny("300000.00"))
        agreement = await agreements.get_agreement(tx, loan.agreement_id)
        assert "300000.00" in agreement.text
        assert agreement.signed_by == customer.actor.id
        assert await service.loan_of_application(tx, application.id) == loan
        assert await way(tx, application) == [
            "submitted",
            "collecting",
            "approved",
            "accepted",
            "disbursed",
        ]
        assert await events_of(tx, loan.id) == ["lending.loan_disbursed"]
        (entry,) = (await accounts.entries(tx, customer.account)).items
        assert (entry.type, entry.transaction_id) == ("lending.disbursement", loan.transaction_id)
        page = await service.list_loans(tx, among=[customer.party.id])
        assert page.items == [held]
        assert await service.exposure(tx, customer.party.id) == cny("300000.00")

    async def test_an_offer_is_accepted_once(self, tx: WriteSession, office: Office) -> None:
        customer, application, _ = await decided(tx, office)
        await self.accept(tx, customer, application)
        with pytest.raises(service.AlreadyAccepted):
            await self.accept(tx, customer, application)
        balance = await accounts.balance(tx, customer.account.id)
        assert balance.available == cny("300000.00")

    async def test_only_what_was_offered(self, tx: WriteSession, office: Office) -> None:
        customer, application, decision = await decided(tx, office)
        assert decision.limit is not None
        above = decision.limit + Money(1, "CNY")
        for amount in ("9999.99", "0.00", "-1.00", above.text, "99999999.00"):
            with pytest.raises(service.AmountNotOffered):
                await self.accept(tx, customer, application, amount)
        with pytest.raises(service.AmountNotOffered):
            await self.accept(tx, customer, application, Money.parse("10000", "JPY"))
        await self.accept(tx, customer, application, decision.limit.text)

    async def test_only_by_the_firm_itself(self, tx: WriteSession, office: Office) -> None:
        customer, application, _ = await decided(tx, office)
        with pytest.raises(service.UnknownApplication):
            await self.accept(tx, customer, application, accepted_by=actor_for(new_id()))
        with pytest.raises(service.UnknownApplication):
            await self.accept(tx, customer, application, application_id=new_id())

    async def test_only_for_seven_days(self, tx: WriteSession, office: Office) -> None:
        customer, application, _ = await decided(tx, office)
        last = AT + timedelta(days=7)
        await service.expire_offer(
            tx, application_id=application.id, at=last - timedelta(seconds=1)
        )
        assert (await service.get(tx, application.id)).state is State.APPROVED
        with pytest.raises(service.OfferExpired):
            await self.accept(tx, customer, application, at=last)
        await service.expire_offer(tx, application_id=application.id, at=last)
        assert (await service.get(tx, application.id)).state is State.EXPIRED
        with pytest.raises(service.OfferExpired):
            await self.accept(tx, customer, application, at=last)
        assert (await apply(tx, customer, at=last)).state is State.SUBMITTED

    async def test_an_offer_past_its_time_blocks_nobody_even_without_its_job(
        self, tx: WriteSession, office: Office
    ) -> None:
        customer, application, _ = await decided(tx, office)
        with pytest.raises(service.ApplicationOpen):
            await apply(tx, customer, at=AT + timedelta(days=6))
        again = await apply(tx, customer, at=AT + timedelta(days=7))
        assert again.state is State.SUBMITTED
        assert (await service.get(tx, application.id)).state is State.EXPIRED

    async def test_an_accepted_offer_does_not_expire(
        self, tx: WriteSession, office: Office
    ) -> None:
        customer, application, _ = await decided(tx, office)
        await self.accept(tx, customer, application)
        await service.expire_offer(tx, application_id=application.id, at=AT + timedelta(days=8))
        assert (await service.get(tx, application.id)).state is State.DISBURSED

    async def test_nothing_to_accept(self, tx: WriteSession, office: Office) -> None:
        customer, application, _ = await decided(tx, office, kinds().low_grade[0])
        with pytest.raises(service.NoOffer):
            await self.accept(tx, customer, application)

    async def test_what_was_shown_is_what_is_signed(self, tx: WriteSession, office: Office) -> None:
        customer, application, _ = await decided(tx, office)
        preview = await service.preview_agreement(
            tx,
            application_id=application.id,
            amount=cny("300000.00"),
            read_by=customer.actor,
            at=AT,
        )
        shown = preview.rendered
        with pytest.raises(agreements.AgreementTextMismatch):
            async with tx.begin_nested():
                await self.accept(tx, customer, application, "300000.01", text_digest=shown.digest)
        loan = await self.accept(tx, customer, application, text_digest=shown.digest)
        agreement = await agreements.get_agreement(tx, loan.agreement_id)
        assert agreement.text == shown.text

    async def test_not_into_an_account_frozen_meanwhile(
        self, tx: WriteSession, office: Office
    ) -> None:
        customer, application, _ = await decided(tx, office)
        await freeze(tx, customer)
        with pytest.raises(service.AccountNotUsable):
            await self.accept(tx, customer, application)

    async def test_the_next_limit_is_less_what_is_owed(
        self, tx: WriteSession, office: Office
    ) -> None:
        customer, application, first = await decided(tx, office)
        assert first.limit is not None
        await self.accept(tx, customer, application, "300000.00")
        again = await apply(tx, customer)
        again = await attempt(tx, again.id, office.gateway())
        decision = await service.decision(tx, again)
        assert decision is not None
        assert decision.limit == first.limit - cny("300000.00")
        assert decision.record["exposure"] == "300000.00"
        assert (await service.replay(tx, decision.id)).equal

    async def test_nobody_repays_more_than_is_owed(self, tx: WriteSession, office: Office) -> None:
        customer, application, _ = await decided(tx, office)
        loan = await self.accept(tx, customer, application)

        async def repay(amount: str) -> ledger.PostingResult:
            posting = ledger.NewPosting(
                debit=customer.account.ledger_account_id,
                credit=ledger.AccountId(loan.ledger_account_id),
                amount=cny(amount),
            )
            (result,) = await ledger.post(
                tx,
                [
                    ledger.NewTransaction(
                        id=ledger.TransactionId(new_id()), type="test.repay", postings=(posting,)
                    )
                ],
                at=AT,
            )
            return result

        assert (await repay("300000.01")).status == "refused"
        assert (await repay("100000.00")).status == "posted"
        assert (await service.loan(tx, loan.id)).outstanding == cny("200000.00")


class TestReading:
    async def test_only_ones_own(self, tx: WriteSession, office: Office) -> None:
        customer, application, _ = await decided(tx, office)
        loan = await service.accept(
            tx,
            application_id=application.id,
            amount=cny("10000.00"),
            accepted_by=customer.actor,
            at=AT,
        )
        own, others = customer.actor.party_ids, frozenset({new_id()})
        assert (await service.get(tx, application.id, visible_to=own)).id == application.id
        assert (await service.loan(tx, loan.id, visible_to=own)).loan == loan
        with pytest.raises(service.UnknownApplication):
            await service.get(tx, application.id, visible_to=others)
        with pytest.raises(service.UnknownLoan):
            await service.loan(tx, loan.id, visible_to=others)
        assert (await service.list_loans(tx, among=others)).items == []
        assert (await service.list_applications(tx, among=others)).items == []
        with pytest.raises(service.UnknownLoan):
            await service.loan(tx, new_id())
        with pytest.raises(service.UnknownApplication):
            await service.get(tx, new_id())
