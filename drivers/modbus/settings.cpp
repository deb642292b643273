// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "drivers/modbus/settings.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace sb::modbus {
namespace {

struct Words
{
    Q_DECLARE_TR_FUNCTIONS(Settings)
};

using End = StepResult::End;
using Status = ParameterOutcome::Status;

constexpr int writePauseMs = 60;
constexpr int effectPauseMs = 300; ///< until a command shows in the readings
constexpr int effectReads = 3;
constexpr int silentRequests = 2; ///< in a row: nobody is there any more

const SettingRow *findRow(std::span<const SettingRow> rows, QStringView id)
{
    const auto at = std::find_if(rows.begin(), rows.end(),
                                 [id](const SettingRow &row) { return id == QLatin1String(row.id); });
    return at == rows.end() ? nullptr : &*at;
}

class SettingsDialogue : public StepDialogue
{
public:
    explicit SettingsDialogue(SettingAccess access)
        : m_access(std::move(access))
    {}

protected:
    [[nodiscard]] QString refusalText(int code) const override { return m_access.refusalText(code); }

    /// Takes rows up, or remembers which id there is no row for.
    const SettingRow *find(const QString &id)
    {
        const SettingRow *row = findRow(m_access.rows, id);
        if (!row)
            m_mistake = Words::tr("this BMS has no setting \"%1\"").arg(id);
        return row;
    }

    SettingAccess m_access;
    QString m_mistake;
};

class SettingsReader final : public SettingsDialogue
{
public:
    SettingsReader(SettingAccess access, const QStringList &ids)
        : SettingsDialogue(std::move(access))
    {
        for (const QString &id : ids)
            find(id);
        for (const SettingRow &row : m_access.rows) {
            const QString id = QLatin1String(row.id);
            if (!ids.isEmpty() && !ids.contains(id))
                continue;
            m_result.parameters.push_back({id, Status::NoReply});
            Request request = m_access.read(row);
            const auto same = [&](const Request &other) { return other.bytes == request.bytes; };
            const auto at = std::find_if(m_requests.begin(), m_requests.end(), same);
            m_requestOf.push_back(static_cast<size_t>(at - m_requests.begin()));
            if (at == m_requests.end())
                m_requests.push_back(std::move(request));
        }
    }

private:
    void begin() override
    {
        if (m_mistake.isEmpty())
            readNext();
        else
            fail(m_mistake);
    }

    void readNext()
    {
        if (m_at == m_requests.size() || m_silent == silentRequests) {
            judge();
            return;
        }
        ask(m_requests[m_at], 0, [this](const StepResult &end) {
            m_silent = end.end == End::Timeout ? m_silent + 1 : 0;
            note(end);
            ++m_at;
            readNext();
        });
    }

    void note(const StepResult &end)
    {
        if (end.end == End::Timeout)
            return;
        for (size_t i = 0; i < m_requestOf.size(); ++i) {
            if (m_requestOf[i] == m_at)
                m_result.parameters[i].status = end.end == End::Complete ? Status::Ok : Status::Refused;
        }
        m_code = end.end == End::Refused ? end.code : m_code;
    }

    void judge()
    {
        const auto &outcomes = m_result.parameters;
        const auto has = [&](Status status) {
            return std::any_of(outcomes.begin(), outcomes.end(), [status](const ParameterOutcome &outcome) {
                return outcome.status == status;
            });
        };
        // Some firmware has fewer registers: what it refuses is no failure, as long as it tells any.
        if (has(Status::NoReply))
            failBy({End::Timeout, 0, nullptr}, Words::tr("not all settings could be read"));
        else if (!has(Status::Ok))
            failBy({End::Refused, m_code, nullptr}, Words::tr("the settings can't be read"));
        succeed();
    }

    std::vector<Request> m_requests;
    std::vector<size_t> m_requestOf; ///< of each outcome
    size_t m_at = 0;
    int m_silent = 0;
    int m_code = 0;
};

/// Of what the register holds, and what is shown of it.
double stepOf(const SettingRow &row)
{
    return std::max(std::abs(row.scale.factor / row.scale.divisor), std::pow(10.0, -row.decimals));
}

class SettingsWriter final : public SettingsDialogue
{
public:
    SettingsWriter(SettingAccess access, const std::vector<ParameterValue> &values)
        : SettingsDialogue(std::move(access))
    {
        for (const ParameterValue &value : values)
            plan(value);
    }

private:
    struct Edit
    {
        const SettingRow *row;
        QByteArray raw;
        QVariant value;
    };

    void plan(const ParameterValue &given)
    {
        const SettingRow *row = find(given.id);
        if (!row)
            return;
        const std::optional<QByteArray> raw = encodeSetting(*row, given.value);
        if (!row->writable)
            m_mistake = Words::tr("%1 can only be read").arg(given.id);
        else if (!raw)
            m_mistake = Words::tr("%1: the BMS can't store %2 (it takes %3 to %4, in steps of %5)")
                            .arg(given.id, given.value.toString())
                            .arg(row->minimum)
                            .arg(row->maximum)
                            .arg(stepOf(*row));
        else
            m_edits.push_back({row, *raw, given.value});
        m_result.parameters.push_back({given.id, Status::NotVerified});
    }

    void begin() override
    {
        if (m_mistake.isEmpty())
            writeNext();
        else
            fail(m_mistake);
    }

    void writeNext()
    {
        if (m_at == m_edits.size()) {
            succeed();
            return;
        }
        if (!m_access.readFirst) {
            write();
            return;
        }
        ask(m_access.read(*m_edits[m_at].row), writePauseMs, [this](const StepResult &end) {
            if (end.end != End::Complete)
                written(end);
            else if (told(end))
                write();
            else
                fail(Words::tr("%1 was not written: the BMS does not tell it")
                         .arg(QLatin1String(m_edits[m_at].row->id)));
        });
    }

    void write()
    {
        const Edit &edit = m_edits[m_at];
        ask(m_access.write(*edit.row, edit.raw), writePauseMs,
            [this](const StepResult &end) { written(end); });
    }

    void written(const StepResult &end)
    {
        const Edit &edit = m_edits[m_at];
        if (end.end == End::Complete) {
            ask(m_access.read(*edit.row), writePauseMs, [this](const StepResult &back) { compare(back); });
            return;
        }
        // What was written before stays: each setting stands for itself.
        m_result.parameters[m_at].status = end.end == End::Refused ? Status::Refused : Status::NoReply;
        failBy(end, Words::tr("%1 was not written").arg(QLatin1String(edit.row->id)));
    }

    /// The setting whose turn it is, in what was read; null where it isn't there.
    const ParameterValue *told(const StepResult &end) const
    {
        const auto &all = end.update->parameters;
        const QLatin1String id(m_edits[m_at].row->id);
        const auto at = std::find_if(all.begin(), all.end(),
                                     [id](const ParameterValue &value) { return value.id == id; });
        return at == all.end() ? nullptr : &*at;
    }

    void compare(const StepResult &end)
    {
        const QString id = QLatin1String(m_edits[m_at].row->id);
        if (end.end != End::Complete) {
            failBy(end, Words::tr("%1 was sent, but can't be read back").arg(id));
            return;
        }
        const ParameterValue *value = told(end);
        if (!value || encodeSetting(*m_edits[m_at].row, value->value) != m_edits[m_at].raw) {
            fail(Words::tr("%1: the BMS confirmed, but tells another value").arg(id));
            return;
        }
        m_result.parameters[m_at].status = Status::Ok;
        ++m_at;
        writeNext();
    }

    std::vector<Edit> m_edits;
    size_t m_at = 0;
};

class CommandDialogue final : public StepDialogue
{
public:
    explicit CommandDialogue(Command command)
        : m_command(std::move(command))
    {}

private:
    [[nodiscard]] QString refusalText(int code) const override { return m_command.refusalText(code); }

    void begin() override
    {
        ask(m_command.write(), writePauseMs, [this](const StepResult &end) {
            if (end.end == End::Complete)
                readEffect();
            else
                failBy(end, m_command.notDone);
        });
    }

    void readEffect()
    {
        ask(m_command.read, effectPauseMs, [this](const StepResult &end) {
            ++m_reads;
            if (end.end != End::Complete)
                failBy(end, Words::tr("sent, but the BMS can't be asked for the effect"));
            else if (m_command.shown(end.update->values))
                succeed();
            else if (m_reads < effectReads)
                readEffect();
            else
                fail(m_command.noEffect);
        });
    }

    Command m_command;
    int m_reads = 0;
};

} // namespace

std::vector<ParameterInfo> settingInfos(std::span<const SettingRow> rows)
{
    std::vector<ParameterInfo> infos;
    for (const SettingRow &row : rows) {
        ParameterInfo info;
        info.id = QLatin1String(row.id);
        info.name = row.name;
        info.group = row.group;
        info.type = row.decimals == 0 ? ParameterType::Integer : ParameterType::Number;
        info.unit = QLatin1String(row.unit);
        info.decimals = row.decimals;
        info.minimum = row.minimum;
        info.maximum = row.maximum;
        info.writable = row.writable;
        info.dangerous = row.dangerous;
        infos.push_back(info);
    }
    return infos;
}

void decodeSettings(std::span<const SettingRow> rows, const Registers &registers,
                    std::vector<ParameterValue> &to)
{
    for (const SettingRow &row : rows) {
        const auto raw = registers.integer(row.reg, row.wire);
        if (!raw)
            continue;
        // An offset of temperatures must not leave 1.9999999 degC, which would be out of the bounds of 2.
        const double decimals = std::pow(10.0, row.decimals);
        const double value = row.scale.apply(static_cast<double>(*raw));
        to.push_back({QLatin1String(row.id), std::round(value * decimals) / decimals});
    }
}

std::optional<QByteArray> encodeSetting(const SettingRow &row, const QVariant &value)
{
    bool ok = false;
    const double number = value.toDouble(&ok);
    if (!ok || !(number >= row.minimum && number <= row.maximum))
        return std::nullopt;
    const qint64 stored = std::llround((number - row.scale.zero) * row.scale.divisor / row.scale.factor);
    constexpr double almostHalf = 0.51;
    if (std::abs(row.scale.apply(static_cast<double>(stored)) - number) >
        almostHalf * std::pow(10.0, -row.decimals))
        return std::nullopt;
    QByteArray raw;
    appendInteger(raw, stored, row.wire);
    return raw;
}

std::unique_ptr<Procedure> readSettings(SettingAccess access, const QStringList &ids)
{
    return std::make_unique<SettingsReader>(std::move(access), ids);
}

std::unique_ptr<Procedure> writeSettings(SettingAccess access, const std::vector<ParameterValue> &values)
{
    return std::make_unique<SettingsWriter>(std::move(access), values);
}

std::unique_ptr<Procedure> commandAndCheck(Command command)
{
    return std::make_unique<CommandDialogue>(std::move(command));
}

} // namespace sb::modbus
