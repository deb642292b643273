// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/inifile.h"

#include <QCoreApplication>

namespace sb::config {

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Configuration", text); }

class Parser
{
public:
    explicit Parser(IniFile &file)
        : m_file(file)
    {}

    void line(int number, QStringView raw)
    {
        if (raw.size() > longestLine) {
            warn(number, tr("longer than %1 characters: ignored").arg(longestLine));
            m_continues = false;
            return;
        }
        const QStringView text = raw.trimmed();
        if (text.isEmpty())
            return;
        if (text.front() == QLatin1Char(';') || text.front() == QLatin1Char('#'))
            return;
        // A value goes on in lines that stand further to the right than its key.
        const qsizetype indent = text.data() - raw.data();
        if (m_continues && indent > m_indent) {
            QString &value = m_file.entries.back().value;
            if (value.size() + text.size() <= longestLine)
                value += QLatin1Char('\n') + text.toString();
            return;
        }
        m_continues = false;
        m_indent = indent;
        if (text.front() == QLatin1Char('[')) {
            section(number, text);
            return;
        }
        qsizetype separator = 0;
        while (separator < text.size() && text[separator] != QLatin1Char('=') &&
               text[separator] != QLatin1Char(':'))
            ++separator;
        const QString key = text.left(separator).trimmed().toString();
        if (separator == text.size() || key.isEmpty()) {
            warn(number, tr("neither a section, nor \"KEY = value\", nor a comment: ignored"));
            return;
        }
        m_file.entries.push_back({m_section, key, text.mid(separator + 1).trimmed().toString(), number});
        m_continues = true;
    }

private:
    void section(int number, QStringView text)
    {
        const qsizetype end = text.indexOf(QLatin1Char(']'));
        if (end < 0) {
            warn(number, tr("a section needs its closing bracket: ignored"));
            return;
        }
        m_section = text.mid(1, end - 1).trimmed().toString();
    }

    void warn(int number, const QString &text)
    {
        if (m_file.messages.size() < mostMessages)
            m_file.messages.push_back({Message::Level::Warning, number, {}, text});
        else if (m_file.messages.size() == mostMessages)
            m_file.messages.push_back({Message::Level::Warning,
                                       number,
                                       {},
                                       tr("and more lines like these: is this the right file?")});
    }

    IniFile &m_file;
    QString m_section;
    qsizetype m_indent = 0;
    bool m_continues = false;
};

} // namespace

IniFile parseIni(const QByteArray &text)
{
    IniFile file;
    QByteArray bytes = text;
    if (bytes.size() > largestFile) {
        file.messages.push_back({Message::Level::Warning,
                                 0,
                                 {},
                                 tr("larger than %1 bytes: the rest is ignored").arg(largestFile)});
        bytes.truncate(largestFile);
    }
    // QString::fromUtf8 drops a byte order mark and turns what is no UTF-8 into a replacement character.
    const QString all = QString::fromUtf8(bytes);
    Parser parser(file);
    int number = 0;
    for (QStringView rest(all); !rest.isEmpty();) {
        const qsizetype end = rest.indexOf(QLatin1Char('\n'));
        QStringView line = end < 0 ? rest : rest.left(end);
        rest = end < 0 ? QStringView() : rest.mid(end + 1);
        if (line.endsWith(QLatin1Char('\r')))
            line.chop(1);
        ++number;
        if (!line.isEmpty())
            parser.line(number, line);
    }
    return file;
}

} // namespace sb::config
