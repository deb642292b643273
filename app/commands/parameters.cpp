// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command.h"
#include "app/console.h"
#include "app/exitcode.h"
#include "app/parameterfile.h"
#include "app/source.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QSaveFile>

namespace sb {
namespace {

QString tr(const char *text, int n = -1)
{
    return QCoreApplication::translate("ParametersCommand", text, nullptr, n);
}

using Values = std::vector<ParameterValue>;
using Finish = std::function<void(int)>;

const ParameterInfo *findInfo(const std::vector<ParameterInfo> &infos, const QString &id)
{
    const auto at =
        std::find_if(infos.begin(), infos.end(), [&](const ParameterInfo &info) { return info.id == id; });
    return at == infos.end() ? nullptr : &*at;
}

const ParameterValue *findValue(const Values &values, const QString &id)
{
    const auto at =
        std::find_if(values.begin(), values.end(), [&](const ParameterValue &v) { return v.id == id; });
    return at == values.end() ? nullptr : &*at;
}

QString valueText(const ParameterInfo *info, const ParameterValue *value)
{
    if (!value)
        return QStringLiteral("-");
    return info ? parameterText(*info, value->value) : value->value.toString();
}

/// Prints what differs. \return how many do.
int printDifferences(const std::vector<ParameterInfo> &infos, const Values &a, const Values &b, bool asJson)
{
    QStringList ids;
    for (const ParameterValue &value : a)
        ids.append(value.id);
    for (const ParameterValue &value : b) {
        if (!ids.contains(value.id))
            ids.append(value.id);
    }
    QJsonArray array;
    int differences = 0;
    for (const QString &id : ids) {
        const ParameterInfo *info = findInfo(infos, id);
        const QString left = valueText(info, findValue(a, id));
        const QString right = valueText(info, findValue(b, id));
        if (left == right)
            continue;
        ++differences;
        if (asJson)
            array.append(QJsonObject{{QStringLiteral("id"), id},
                                     {QStringLiteral("first"), left},
                                     {QStringLiteral("second"), right}});
        else
            console::line(QStringLiteral("%1  %2 -> %3 %4")
                              .arg(id, -34)
                              .arg(left, right, info ? info->unit : QString()));
    }
    if (asJson)
        console::json(array);
    else if (differences == 0)
        console::line(tr("no differences"));
    return differences;
}

QString outcomeText(ParameterOutcome::Status status)
{
    switch (status) {
    case ParameterOutcome::Status::Ok:
        return tr("written and read back");
    case ParameterOutcome::Status::Refused:
        return tr("refused by the BMS");
    case ParameterOutcome::Status::NoReply:
        return tr("no reply");
    case ParameterOutcome::Status::NotVerified:
        return tr("written, but reads back differently");
    }
    return {};
}

void readAll(Battery &battery, const QStringList &ids, const Finish &finish,
             const std::function<void(const Values &)> &then)
{
    std::unique_ptr<Procedure> procedure = battery.pack().driver().readParameters(ids);
    if (!procedure) {
        console::error(tr("this BMS has no settings that can be read"));
        finish(Failed);
        return;
    }
    battery.session().run(&battery.pack(), std::move(procedure),
                          [finish, then](const ProcedureResult &result, const Values &values) {
                              if (!result.error.isEmpty())
                                  console::error(result.error);
                              if (!result.ok)
                                  finish(Failed);
                              else
                                  then(values);
                          });
}

/// Checks \a wanted against what the BMS has, shows what would change, asks, writes, reports.
void writeValues(Battery &battery, Values wanted, bool yes, const Finish &finish)
{
    const std::vector<ParameterInfo> &infos = battery.pack().driver().parameters();
    QStringList ids;
    for (ParameterValue &value : wanted) {
        const ParameterInfo *info = findInfo(infos, value.id);
        QString error;
        if (!info) {
            error = tr("%1: this BMS has no such setting (\"parameters list\" shows them)").arg(value.id);
        } else if (const auto parsed = parseParameter(*info, value.value, &error)) {
            value.value = *parsed;
        }
        if (!error.isEmpty()) {
            console::error(error);
            finish(WrongUse);
            return;
        }
        ids.append(value.id);
    }
    readAll(battery, ids, finish, [&battery, &infos, wanted, yes, finish](const Values &present) {
        Values changes;
        for (const ParameterValue &value : wanted) {
            const ParameterInfo *info = findInfo(infos, value.id);
            const ParameterValue *now = findValue(present, value.id);
            if (now && sameParameter(*info, now->value, value.value))
                continue;
            if (!info->writable) {
                console::error(tr("%1: can be read only").arg(value.id));
                finish(WrongUse);
                return;
            }
            changes.push_back(value);
            console::line(QStringLiteral("%1  %2 -> %3 %4%5")
                              .arg(value.id, -34)
                              .arg(valueText(info, now), parameterText(*info, value.value), info->unit,
                                   info->dangerous
                                       ? tr("  (dangerous: a protection or the measuring depends on it)")
                                       : QString()));
        }
        if (changes.empty()) {
            console::line(tr("nothing to change"));
            finish(Done);
            return;
        }
        if (!yes &&
            !console::confirm(tr("Write %n setting(s) into the BMS?", static_cast<int>(changes.size())))) {
            console::error(tr("nothing was written (--yes writes without asking)"));
            finish(Failed);
            return;
        }
        std::unique_ptr<Procedure> procedure = battery.pack().driver().writeParameters(changes);
        if (!procedure) {
            console::error(tr("this BMS has no settings that can be written"));
            finish(Failed);
            return;
        }
        battery.session().run(
            &battery.pack(), std::move(procedure), [finish](const ProcedureResult &result, const Values &) {
                for (const ParameterOutcome &outcome : result.parameters)
                    console::line(
                        QStringLiteral("%1  %2").arg(outcome.id, -34).arg(outcomeText(outcome.status)));
                if (!result.error.isEmpty())
                    console::error(result.error);
                finish(result.ok ? Done : Failed);
            });
    });
}

int diffFiles(const QString &first, const QString &second, const Environment &environment, bool asJson)
{
    QString error;
    const auto a = readParameterFile(first, &error);
    const auto b = a ? readParameterFile(second, &error) : std::nullopt;
    if (!b) {
        console::error(error);
        return WrongUse;
    }
    std::vector<ParameterInfo> infos;
    if (const DriverDescriptor *driver = environment.drivers.find(a->bms))
        infos = driver->create({})->parameters();
    printDifferences(infos, a->values, b->values, asJson);
    return Done;
}

void listParameters(Battery &battery, bool asJson, const Finish &finish)
{
    readAll(battery, {}, finish, [&battery, asJson, finish](const Values &values) {
        const std::vector<ParameterInfo> &infos = battery.pack().driver().parameters();
        if (!asJson) {
            console::text(parametersText(infos, values).toUtf8());
            finish(Done);
            return;
        }
        QJsonArray array;
        const QJsonObject json = parametersToJson(values);
        for (const ParameterInfo &info : infos) {
            QJsonObject object{
                {QStringLiteral("id"), info.id},
                {QStringLiteral("name"), parameterName(info)},
                {QStringLiteral("group"), QCoreApplication::translate("Parameter", info.group)},
                {QStringLiteral("unit"), info.unit},
                {QStringLiteral("writable"), info.writable},
                {QStringLiteral("dangerous"), info.dangerous},
                {QStringLiteral("value"), json.value(info.id)}};
            if (info.type == ParameterType::Number || info.type == ParameterType::Integer) {
                object.insert(QStringLiteral("minimum"), info.minimum);
                object.insert(QStringLiteral("maximum"), info.maximum);
            }
            array.append(object);
        }
        console::json(array);
        finish(Done);
    });
}

} // namespace

int parametersCommand(const QStringList &arguments, Environment &environment)
{
    Options options(
        QStringLiteral("parameters list|get|set|export|import|diff --port PORT [...]"),
        tr("The settings stored in the BMS. Nothing is written without --yes or a typed confirmation;\n"
           "each setting that is written is read back and compared.\n\n"
           "  parameters list   --port PORT [--json]\n"
           "  parameters get    --port PORT ID ...\n"
           "  parameters set    --port PORT ID=VALUE ... [--yes]\n"
           "  parameters export --port PORT FILE        (- prints it)\n"
           "  parameters import --port PORT FILE [--yes]\n"
           "  parameters diff   --port PORT FILE | FILE FILE"));
    options.source();
    options.flag(QStringLiteral("json"), tr("Prints one JSON document."));
    options.flag(QStringLiteral("yes"), tr("Writes without asking."));
    if (const auto code = options.parse(arguments))
        return *code;
    const bool asJson = options.isSet(QStringLiteral("json"));
    const bool yes = options.isSet(QStringLiteral("yes"));
    const QStringList words = options.positional();
    const QString what = words.value(0);
    const QStringList rest = words.mid(1);
    const auto wrong = [&](const QString &text) {
        console::error(text);
        return static_cast<int>(WrongUse);
    };

    if (what == QLatin1String("list")) {
        return withBattery(options, environment, [asJson](Battery &battery, const Finish &finish) {
            listParameters(battery, asJson, finish);
        });
    }
    if (what == QLatin1String("get")) {
        if (rest.isEmpty())
            return wrong(tr("parameters get: name one or more settings"));
        return withBattery(options, environment, [&](Battery &battery, const Finish &finish) {
            const std::vector<ParameterInfo> &infos = battery.pack().driver().parameters();
            for (const QString &id : rest) {
                if (!findInfo(infos, id)) {
                    console::error(
                        tr("%1: this BMS has no such setting (\"parameters list\" shows them)").arg(id));
                    finish(WrongUse);
                    return;
                }
            }
            readAll(battery, rest, finish, [&infos, asJson, finish, rest](const Values &values) {
                Values wanted;
                for (const QString &id : rest) {
                    if (const ParameterValue *value = findValue(values, id))
                        wanted.push_back(*value);
                }
                if (asJson)
                    console::json(parametersToJson(wanted));
                else
                    console::text(parametersText(infos, wanted).toUtf8());
                finish(wanted.size() == static_cast<size_t>(rest.size()) ? Done : Failed);
            });
        });
    }
    if (what == QLatin1String("set")) {
        Values values;
        for (const QString &word : rest) {
            const qsizetype equals = word.indexOf(QLatin1Char('='));
            if (equals < 1)
                return wrong(tr("parameters set: \"%1\" is not of the form ID=VALUE").arg(word));
            values.push_back({word.left(equals), word.mid(equals + 1)});
        }
        if (values.empty())
            return wrong(tr("parameters set: give ID=VALUE"));
        return withBattery(options, environment, [&](Battery &battery, const Finish &finish) {
            writeValues(battery, values, yes, finish);
        });
    }
    if (what == QLatin1String("export")) {
        if (rest.size() != 1)
            return wrong(tr("parameters export: name one file (or - for standard output)"));
        return withBattery(options, environment, [&](Battery &battery, const Finish &finish) {
            readAll(battery, {}, finish, [&, finish](const Values &values) {
                const QByteArray text = writeParameterFile({battery.model().bms(), values});
                if (rest.first() == QLatin1String("-")) {
                    console::text(text);
                    finish(Done);
                    return;
                }
                QSaveFile output(rest.first());
                const bool ok =
                    output.open(QIODevice::WriteOnly) && output.write(text) == text.size() && output.commit();
                if (!ok)
                    console::error(tr("%1: %2").arg(rest.first(), output.errorString()));
                finish(ok ? Done : WrongUse);
            });
        });
    }
    if (what == QLatin1String("import") || (what == QLatin1String("diff") && rest.size() == 1)) {
        if (rest.size() != 1)
            return wrong(tr("parameters import: name one file"));
        QString error;
        const auto file = readParameterFile(rest.first(), &error);
        if (!file)
            return wrong(error);
        return withBattery(options, environment, [&](Battery &battery, const Finish &finish) {
            if (!file->bms.isEmpty() && file->bms != battery.model().bms()) {
                console::error(tr("%1 holds settings of a %2 BMS, but %3 is connected")
                                   .arg(rest.first(), file->bms, battery.model().bms()));
                finish(WrongUse);
                return;
            }
            if (what == QLatin1String("import")) {
                writeValues(battery, file->values, yes, finish);
                return;
            }
            readAll(battery, {}, finish, [&, finish](const Values &values) {
                printDifferences(battery.pack().driver().parameters(), file->values, values, asJson);
                finish(Done);
            });
        });
    }
    if (what == QLatin1String("diff")) {
        if (rest.size() != 2)
            return wrong(tr("parameters diff: name two files, or one file and a --port"));
        return diffFiles(rest.at(0), rest.at(1), environment, asJson);
    }
    return wrong(tr("parameters \"%1\": use list, get, set, export, import or diff").arg(what));
}

} // namespace sb
