// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Draws the limit curves of docs/venus.md from the code that limits: plotlimits cell|temperature|mosfet|soc
#include "control/currentlimit.h"

#include <QFile>
#include <QTextStream>

using namespace sb;
using namespace sb::control;

namespace {

struct Plot
{
    const char *name;
    const char *title;
    double from;
    double to;
    double gridStep;
    int decimals;
    void (*set)(LimitInputs &inputs, double x);
};

const std::array plots = {
    Plot{"cell", "highest cell (charge) or lowest cell (discharge), V", 2.75, 3.55, 0.1, 2,
         [](LimitInputs &inputs, double x) { inputs.cell = x; }},
    Plot{"temperature", "battery temperature, °C", -15, 60, 10, 0,
         [](LimitInputs &inputs, double x) { inputs.lowestTemperature = inputs.highestTemperature = x; }},
    Plot{"mosfet", "MOSFET temperature, °C", 60, 95, 5, 0,
         [](LimitInputs &inputs, double x) { inputs.mosfetTemperature = x; }},
    Plot{"soc", "state of charge, % (off by default)", 0, 100, 10, 0,
         [](LimitInputs &inputs, double x) { inputs.soc = x; }},
};

constexpr double width = 720;
constexpr double height = 300;
constexpr double left = 56;
constexpr double right = 16;
constexpr double top = 34;
constexpr double bottom = 46;

double share(const Plot &plot, CurrentLimit::Direction direction, bool step, double x)
{
    Settings settings;
    settings.stepMode = step;
    settings.charge.maximum = settings.discharge.maximum = 100;
    settings.charge.bySoc = settings.discharge.bySoc = true;
    LimitInputs inputs;
    inputs.cell = 3.3;
    inputs.lowestTemperature = inputs.highestTemperature = 20;
    inputs.mosfetTemperature = 20;
    inputs.soc = 50;
    plot.set(inputs, x);
    CurrentLimit limit(settings, direction);
    limit.update(inputs, 0);
    return limit.value().value_or(0);
}

QString place(const Plot &plot, double x, double percent)
{
    const double px = left + (x - plot.from) / (plot.to - plot.from) * (width - left - right);
    const double py = top + (100 - percent) / 100 * (height - top - bottom);
    return QString::number(px, 'f', 1) + QLatin1Char(',') + QString::number(py, 'f', 1);
}

void line(QTextStream &out, const Plot &plot, CurrentLimit::Direction direction, bool step)
{
    constexpr int points = 700;
    const bool charge = direction == CurrentLimit::Direction::Charge;
    out << "<polyline fill=\"none\" stroke=\"" << (charge ? "#0a6fb8" : "#c4570a") << "\" stroke-width=\""
        << (charge ? 3 : 1.6) << "\"" << (step ? " stroke-dasharray=\"6 4\"" : "") << " points=\"";
    QString last;
    for (int i = 0; i <= points; ++i) {
        const double x = plot.from + (plot.to - plot.from) * i / points;
        const double percent = share(plot, direction, step, x);
        const QString next = place(plot, x, percent);
        // Straight runs need no points in between.
        const double before =
            i == 0 ? -1 : share(plot, direction, step, plot.from + (plot.to - plot.from) * (i - 1) / points);
        const double after =
            i == points ? -1
                        : share(plot, direction, step, plot.from + (plot.to - plot.from) * (i + 1) / points);
        const bool straight = before >= 0 && after >= 0 && std::abs(percent - (before + after) / 2) < 0.0006;
        if (!straight && next != last)
            out << next << ' ';
        last = next;
    }
    out << "\"/>\n";
}

void draw(QTextStream &out, const Plot &plot)
{
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << ' ' << height
        << "\" font-family=\"sans-serif\" font-size=\"12\">\n"
        << "<!-- SPDX-FileCopyrightText: 2026 The SerialBattery authors -->\n"
        << "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
        << "<rect width=\"" << width << "\" height=\"" << height << "\" fill=\"#ffffff\"/>\n";
    for (int percent = 0; percent <= 100; percent += 25) {
        const QString from = place(plot, plot.from, percent);
        const QString y = from.section(QLatin1Char(','), 1);
        out << "<line x1=\"" << left << "\" x2=\"" << width - right << "\" y1=\"" << y << "\" y2=\"" << y
            << "\" stroke=\"#d8d8d8\"/><text x=\"" << left - 8 << "\" y=\"" << y
            << "\" text-anchor=\"end\" dominant-baseline=\"middle\">" << percent << " %</text>\n";
    }
    for (double x = std::ceil(plot.from / plot.gridStep) * plot.gridStep; x <= plot.to + 1e-9;
         x += plot.gridStep) {
        const QString px = place(plot, x, 0).section(QLatin1Char(','), 0, 0);
        out << "<line x1=\"" << px << "\" x2=\"" << px << "\" y1=\"" << top << "\" y2=\"" << height - bottom
            << "\" stroke=\"#ececec\"/><text x=\"" << px << "\" y=\"" << height - bottom + 16
            << "\" text-anchor=\"middle\">"
            << QString::number(x + 0.0, 'f', plot.decimals).replace(QStringLiteral("-0"), QStringLiteral("0"))
            << "</text>\n";
    }
    for (const auto direction : {CurrentLimit::Direction::Charge, CurrentLimit::Direction::Discharge}) {
        line(out, plot, direction, false);
        line(out, plot, direction, true);
    }
    out << "<text x=\"" << (left + width - right) / 2 << "\" y=\"" << height - 8
        << "\" text-anchor=\"middle\">" << QString::fromUtf8(plot.title) << "</text>\n"
        << "<g stroke-width=\"3\"><line x1=\"" << left << "\" x2=\"" << left + 30
        << "\" y1=\"16\" y2=\"16\" stroke=\"#0a6fb8\"/></g><text x=\"" << left + 36
        << "\" y=\"20\">charge (thick)</text><line x1=\"" << left + 150 << "\" x2=\"" << left + 180
        << "\" y1=\"16\" y2=\"16\" stroke=\"#c4570a\" stroke-width=\"1.6\"/><text x=\"" << left + 186
        << "\" y=\"20\">discharge (thin)</text><line x1=\"" << left + 320 << "\" x2=\"" << left + 350
        << "\" y1=\"16\" y2=\"16\" stroke=\"#555555\" stroke-width=\"2\" stroke-dasharray=\"6 4\"/><text x=\""
        << left + 356 << "\" y=\"20\">dashed: CHARGE_MODE 2 (steps)</text>\n</svg>\n";
}

} // namespace

int main(int argc, char *argv[])
{
    for (const Plot &plot : plots) {
        if (argc == 2 && qstrcmp(argv[1], plot.name) == 0) {
            QFile file;
            if (!file.open(stdout, QIODevice::WriteOnly))
                return 1;
            QTextStream out(&file);
            draw(out, plot);
            return 0;
        }
    }
    QTextStream(stderr) << "plotlimits: give one of cell, temperature, mosfet, soc\n";
    return 2;
}
