// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/ant/antswitch.h"

#include <QCoreApplication>

namespace sb::ant {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Ant)
};

using End = StepResult::End;

constexpr auto factoryPassword = "123456789abc"; ///< of the new protocol
constexpr int writePauseMs = 60;
constexpr int effectPauseMs = 400; ///< until a switch shows in the status
constexpr int effectReads = 4;

class Switch final : public StepDialogue
{
public:
    Switch(const Wish &wish, Form form, QByteArray password)
        : m_wish(wish)
        , m_form(form)
        , m_password(std::move(password))
    {}

private:
    [[nodiscard]] QString refusalText(int code) const override
    {
        return Words::tr("the BMS refused it (code %1)").arg(code);
    }

    void begin() override
    {
        if (isOld(m_form))
            beginOld();
        else
            giveNewPassword();
    }

    void giveNewPassword()
    {
        const QByteArray password = m_password.isEmpty() ? QByteArray(factoryPassword) : m_password;
        ask(fresh::passwordRequest(password), writePauseMs, [this](const StepResult &end) {
            if (end.end == End::Complete)
                switchNew();
            else if (end.end == End::Timeout && m_form == Form::Unknown)
                beginOld();
            else
                failBy(end, Words::tr("the BMS does not take the password"));
        });
    }

    void switchNew()
    {
        ask(fresh::controlRequest(action()), writePauseMs, [this](const StepResult &end) {
            if (end.end == End::Complete)
                readEffect();
            else
                failBy(end, notDone());
        });
    }

    void beginOld()
    {
        if (m_form == Form::Unknown)
            m_form = Form::OldWired;
        if (m_password.isEmpty())
            switchOld();
        else if (m_password.size() == old::passwordSize)
            giveOldPassword(0);
        else
            fail(Words::tr("the password of this BMS has %1 characters").arg(old::passwordSize));
    }

    void giveOldPassword(int part)
    {
        ask(old::passwordRequest(part, m_password), writePauseMs, [this, part](const StepResult &end) {
            if (end.end != End::Complete)
                failBy(end, notDone());
            else if (part + 1 < old::passwordRegisters)
                giveOldPassword(part + 1);
            else
                switchOld();
        });
    }

    void switchOld()
    {
        const quint8 reg = m_wish.control == Control::Charge      ? old::Charge
                           : m_wish.control == Control::Discharge ? old::Discharge
                                                                  : old::Balancer;
        ask(old::writeRequest(reg, m_wish.on ? 1 : 0), writePauseMs, [this](const StepResult &end) {
            if (end.end != End::Complete) {
                failBy(end, notDone());
                return;
            }
            ask(old::writeRequest(old::Apply, 0), writePauseMs, [this](const StepResult &applied) {
                if (applied.end == End::Complete)
                    readEffect();
                else
                    failBy(applied, notDone());
            });
        });
    }

    void readEffect()
    {
        ask(isOld(m_form) ? old::statusRequest(m_form) : fresh::statusRequest(), effectPauseMs,
            [this](const StepResult &end) {
                ++m_reads;
                if (end.end != End::Complete)
                    failBy(end, Words::tr("sent, but the BMS can't be asked for the effect"));
                else if (isShown(end.update->values))
                    succeed();
                else if (m_reads < effectReads)
                    readEffect();
                else
                    fail(noEffect());
            });
    }

    [[nodiscard]] bool isShown(const BatteryState &state) const
    {
        switch (m_wish.control) {
        case Control::Charge:
            return state.chargeAllowed == m_wish.on;
        case Control::Discharge:
            return state.dischargeAllowed == m_wish.on;
        default:
            // A balancer that is on rests until a cell is high: its status only tells when it must not work.
            return state.balancing && (m_wish.on || !*state.balancing);
        }
    }

    [[nodiscard]] fresh::Action action() const
    {
        switch (m_wish.control) {
        case Control::Charge:
            return m_wish.on ? fresh::ChargeOn : fresh::ChargeOff;
        case Control::Discharge:
            return m_wish.on ? fresh::DischargeOn : fresh::DischargeOff;
        default:
            return m_wish.on ? fresh::BalancerOn : fresh::BalancerOff;
        }
    }

    [[nodiscard]] QString notDone() const
    {
        switch (m_wish.control) {
        case Control::Charge:
            return Words::tr("the charge FET was not switched");
        case Control::Discharge:
            return Words::tr("the discharge FET was not switched");
        default:
            return Words::tr("the balancer was not switched");
        }
    }

    [[nodiscard]] QString noEffect() const
    {
        switch (m_wish.control) {
        case Control::Charge:
            return Words::tr("sent, but the charge FET did not change: the password may be wrong, or a "
                             "protection holds it");
        case Control::Discharge:
            return Words::tr("sent, but the discharge FET did not change: the password may be wrong, or a "
                             "protection holds it");
        default:
            return Words::tr("sent, but the balancer still works: the password may be wrong");
        }
    }

    Wish m_wish;
    Form m_form;
    QByteArray m_password;
    int m_reads = 0;
};

} // namespace

std::unique_ptr<Procedure> switchTo(const Wish &wish, Form form, const QByteArray &password)
{
    return std::make_unique<Switch>(wish, form, password);
}

} // namespace sb::ant
